import type { Logger } from '../log/logger.js';
import { createBusMember } from './bus-member.js';
import type { Hub } from './hub.js';
import type { Bus, ProcessName } from './messages.js';

/** A member of the bus in the hub's own process. */
export interface LocalMember {
  readonly bus: Bus;
  readonly leave: () => void;
}

/** Delivers a turn later in both directions, as between processes: nobody is called from within their own call. */
export const joinLocally = (hub: Hub, name: ProcessName, logger: Logger): LocalMember => {
  const port = hub.join(name, (message) => {
    queueMicrotask(() => {
      member.receive(message);
    });
  });
  const member = createBusMember(
    name,
    (message) => {
      queueMicrotask(() => {
        port.receive(message);
      });
    },
    logger,
  );
  port.open();
  return { bus: member.bus, leave: port.leave };
};
