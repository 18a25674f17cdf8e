import type { BreakerSettings } from '../settings.js';

/**
 * The length of a block in ms: `blockDuration × retryMultiplier^excess`, capped, then shortened by up to `jitter` of
 * itself so that endpoints blocked together are not all tried again together.
 */
export function blockLength(excess: number, settings: BreakerSettings, random: () => number): number {
  const grown = settings.blockDuration * settings.retryMultiplier ** Math.max(0, excess);
  return Math.min(grown, settings.maxBlockDuration) * (1 - settings.jitter * random());
}
