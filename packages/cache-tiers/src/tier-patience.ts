import { CacheError } from './errors.js';
import type { GrowingReader } from './growing-reader.js';

/** For how long a source waits for a tier that lags and does not move. */
const PATIENCE_MS = 1000;

/** Gives up the readers of tiers that hold a large body up without getting on. */
export class TierPatience {
  readonly #lagging: () => readonly GrowingReader[];
  readonly #onOver: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(lagging: () => readonly GrowingReader[], onOver: () => void) {
    this.#lagging = lagging;
    this.#onOver = onOver;
  }

  /** The source waits for these from now on. */
  begin(waitedFor: readonly GrowingReader[]): void {
    if (this.#timer !== undefined) return;
    const positions = new Map(waitedFor.map((reader) => [reader, reader.position]));
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      for (const reader of this.#lagging()) {
        if (reader.position !== positions.get(reader)) continue;
        reader.giveUp(new CacheError('ERR_CACHE_TIER_BEHIND', 'The tier could not keep up with the body'));
      }
      this.#onOver();
    }, PATIENCE_MS).unref();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
