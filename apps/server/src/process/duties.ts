import type { LoadedConfig } from '../config/index.js';
import type { Logger } from '../log/logger.js';
import { scopedBus } from './bus-member.js';
import type { Plan } from './deployment.js';
import type { Bus } from './messages.js';
import type { FleetView, PrimaryDuties, Roles } from './roles.js';

/** The primary's duties under one configuration. */
export interface DutiesInForce {
  readonly duties: PrimaryDuties;
  /** What the workers are to run with. */
  readonly plan: Plan;
  stop(): Promise<void>;
}

/** Takes the duties up; their handlers count before those of duties that are still in force. */
export const takeUpDuties = async (
  roles: Roles,
  { config, entries }: LoadedConfig,
  around: { readonly bus: Bus; readonly fleet: FleetView; readonly logger: Logger },
): Promise<DutiesInForce> => {
  const scope = scopedBus(around.bus);
  try {
    const duties = await roles.createPrimaryDuties({ ...around, config, entries, bus: scope.bus });
    return {
      duties,
      plan: { config: await duties.start(), entries },
      stop: async () => {
        await duties.stop();
        scope.close();
      },
    };
  } catch (error) {
    scope.close();
    throw error;
  }
};
