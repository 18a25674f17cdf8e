import type { InvalidationBus } from '@forebay/cache-tiers';

/**
 * Two ways to the same caches: the near one between workers, which loses nothing, and the far one between nodes, whose
 * loss counts. A message that comes twice does no harm.
 */
export function joinedBus(near: InvalidationBus, far: InvalidationBus): InvalidationBus {
  return {
    state: () => far.state(),
    async publish(message) {
      await Promise.all([near.publish(message), far.publish(message)]);
    },
    onMessage(listener) {
      const ends = [near.onMessage(listener), far.onMessage(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    onGap: (listener) => far.onGap(listener),
    onState: (listener) => far.onState(listener),
    async close() {
      await Promise.all([near.close(), far.close()]);
    },
  };
}
