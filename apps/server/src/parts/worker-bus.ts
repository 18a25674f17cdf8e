import type { BusMessage, InvalidationBus } from '@forebay/cache-tiers';
import type { Bus } from '../process/messages.js';
import { cacheBus } from '../topics.js';

/** Tells the caches of the other workers what was invalidated. Messages between processes of one server are not lost. */
export function workerBus(bus: Bus): InvalidationBus {
  const listeners = new Set<(message: BusMessage) => void>();
  const end = bus.handle(cacheBus, (message) => {
    for (const listener of listeners) listener(message);
  });
  const never = (): (() => void) => () => undefined;
  return {
    state: () => 'connected',
    publish: async (message) => bus.broadcast(cacheBus, message, 'others'),
    onMessage(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onGap: never,
    onState: never,
    close: async () => end(),
  };
}
