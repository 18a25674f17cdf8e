import type { Logger } from '../log/logger.js';
import type { WorkerCache } from './cache.js';
import type { SharedTier } from './shared-tiers.js';

/** A tier below memory, and whether it can be used. */
export interface TierState {
  readonly name: string;
  readonly usable: boolean;
}

/** Follows which tiers of a worker's cache answer, and logs when that changes. */
export function watchTiers(
  { cache, shared }: WorkerCache,
  logger: Logger,
): {
  readonly states: () => readonly TierState[];
  readonly end: () => void;
} {
  const usable = new Map<string, boolean>();
  const ends = [
    cache.on('tier-state', ({ tier, state }) => {
      const works = state === 'closed';
      usable.set(tier, works);
      logger[works ? 'info' : 'warn'](
        { event: 'cache_tier', tier, state },
        works ? `the ${tier} cache answers again` : `the ${tier} cache failed too often and is left alone for a while`,
      );
    }),
    ...(shared === undefined ? [] : [shared.onState((state) => logRedis(shared, state, logger))]),
  ];
  return {
    end: () => {
      for (const end of ends) end();
    },
    states: () => {
      const states = new Map(usable);
      if (shared !== undefined) states.set(shared.tier.name, shared.state() === 'connected');
      return [...states].map(([name, works]) => ({ name, usable: works }));
    },
  };
}

function logRedis(shared: SharedTier, state: string, logger: Logger): void {
  if (state === 'connected') logger.info({ event: 'redis', state }, 'Redis is in use');
  else {
    const error = shared.lastError()?.message;
    const meanwhile = state === 'fallback' ? 'its fallback nodes stand in' : 'the disk stands in';
    logger.warn({ event: 'redis', state, error }, `Redis does not answer: ${meanwhile}`);
  }
}
