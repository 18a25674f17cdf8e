import type { WorkerCache } from './cache.js';

/** A tier below memory, and whether it can be used. */
export interface TierState {
  readonly name: string;
  readonly usable: boolean;
}

/** Follows which tiers of a worker's cache answer. */
export function watchTiers({ cache, shared }: WorkerCache): {
  readonly states: () => readonly TierState[];
  readonly end: () => void;
} {
  const usable = new Map<string, boolean>();
  const end = cache.on('tier-state', ({ tier, state }) => usable.set(tier, state === 'closed'));
  return {
    end,
    states: () => {
      const states = new Map(usable);
      if (shared !== undefined) states.set(shared.tier.name, shared.state() === 'connected');
      return [...states].map(([name, works]) => ({ name, usable: works }));
    },
  };
}
