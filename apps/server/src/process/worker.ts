import { messageOf } from '../errors.js';
import { createLogger, type Logger } from '../log/logger.js';
import { createBusMember, type BusMember } from './bus-member.js';
import type { Doors } from './doors.js';
import { drain, openNode } from './node-runner.js';
import type { NodeApp, Roles } from './roles.js';
import { StartError } from './start-error.js';
import { watchVitalSigns } from './vital-signs.js';
import type { DrainOrder, ToPrimary, ToWorker, WorkerBoot } from './wire.js';

/** What runs in this worker, once it does. */
interface Running {
  readonly app: NodeApp;
  readonly doors: Doors;
}

const tell = (message: ToPrimary): void => {
  // When the primary is gone, `node:cluster` ends this process.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};

/** Writes down what nobody caught and ends: the primary replaces a worker whose state cannot be trusted. */
const endOnCrash = (logger: Logger): void => {
  const end = (error: unknown): void => {
    logger.fatal({ event: 'uncaught_exception', err: error }, 'this worker ends and will be replaced');
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
};

const run = async (roles: Roles, boot: WorkerBoot, member: BusMember, logger: Logger): Promise<Running> => {
  const { config, entries, shares, name, slot } = boot;
  const app = await roles.createNode({ config, entries, logger, bus: member.bus, shares, name, slot });
  const doors = await openNode(config, app, logger);
  return { app, doors };
};

/** Tells the primary how the start went. A worker that cannot start ends. */
const report = async (running: Promise<Running>, logger: Logger): Promise<void> => {
  try {
    const { doors } = await running;
    tell({ type: 'ready', listening: doors.listening });
  } catch (error) {
    if (!(error instanceof StartError)) logger.error({ event: 'worker_start_failed', err: error }, 'cannot start');
    const message: ToPrimary = { type: 'failed', code: 'FOREBAY_START_FAILED', message: messageOf(error) };
    process.send?.(message, undefined, undefined, () => process.exit(1));
  }
};

const beat = (interval: number): void => {
  const signs = watchVitalSigns();
  setInterval(() => {
    tell({ type: 'beat', health: signs.look() });
  }, interval).unref();
};

/** Runs a worker of the fleet: it starts, serves and leaves by the primary's orders alone. */
export const runWorker = (roles: Roles): void => {
  // A terminal signals every process of the group; the primary decides what comes of it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

  let running: Promise<Running> | undefined;
  let member: BusMember | undefined;
  let leaving = false;

  const start = (boot: WorkerBoot): void => {
    const logger = createLogger(boot.config.log).child({ worker: boot.slot });
    endOnCrash(logger);
    beat(boot.heartbeat);
    member = createBusMember(boot.name, (message) => tell({ type: 'bus', message }), logger);
    running = run(roles, boot, member, logger);
    void report(running, logger);
    process.on('message', (message: ToWorker) => {
      if (message.type === 'drain') void leave(message, logger);
    });
  };

  const leave = async (order: DrainOrder, logger: Logger): Promise<void> => {
    if (leaving || running === undefined) return;
    leaving = true;
    const node = await running;
    const clean = await drain(node.app, node.doors, order, logger);
    process.exit(clean ? 0 : 1);
  };

  process.on('message', (message: ToWorker) => {
    if (message.type === 'start') start(message);
    else if (message.type === 'bus') member?.receive(message.message);
  });
  tell({ type: 'hello' });
};
