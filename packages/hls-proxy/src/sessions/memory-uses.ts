import type { UseLimit } from './store.js';

interface Uses {
  count: number;
  readonly until: number;
}

/** Counts uses of what may be used a limited number of times. */
export class MemoryUses {
  readonly #uses = new Map<string, Uses>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#uses.size;
  }

  /** False if there were as many as there may be. */
  use({ name, limit, lifetime }: UseLimit, now: number): boolean {
    const known = this.#uses.get(name);
    if (known !== undefined && known.until > now) {
      if (known.count >= limit) return false;
      known.count += 1;
      return true;
    }
    if (limit < 1) return false;
    this.#uses.delete(name);
    if (this.#uses.size >= this.#most) this.#makeRoom(now);
    this.#uses.set(name, { count: 1, until: now + lifetime });
    return true;
  }

  sweep(now: number): void {
    for (const [name, { until }] of this.#uses) if (until <= now) this.#uses.delete(name);
  }

  /** What has ended goes, or else the oldest. */
  #makeRoom(now: number): void {
    this.sweep(now);
    for (const name of this.#uses.keys()) {
      if (this.#uses.size < this.#most) return;
      this.#uses.delete(name);
    }
  }
}
