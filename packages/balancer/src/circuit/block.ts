/** How long blocks last; see `BreakerOptions`. */
export interface BlockSettings {
  readonly blockDuration: number;
  readonly retryMultiplier: number;
  readonly maxBlockDuration: number;
  readonly jitter: number;
}

/**
 * The length of a block in ms: `blockDuration × retryMultiplier^excess`, capped, then shortened by up to `jitter` of
 * itself so that endpoints blocked together are not all tried again together.
 */
export function blockLength(excess: number, settings: BlockSettings, random: () => number): number {
  const grown = settings.blockDuration * settings.retryMultiplier ** Math.max(0, excess);
  const length = Math.min(grown, settings.maxBlockDuration);
  return settings.jitter === 0 ? length : length * (1 - settings.jitter * random());
}
