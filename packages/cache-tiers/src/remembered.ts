import { LRUCache } from 'lru-cache';

/** So many keys are remembered of each kind; beyond, those not asked for longest are forgotten. */
const KEYS = 10_000;

/** Bounded by size, with which it grows as needed: by number, room for all would be taken at once, in each cache. */
const BOUND = { maxSize: KEYS, sizeCalculation: (): number => 1 };

/** What a cache remembers of keys that it does not hold: that they are not to be kept, or that a refresh failed. */
export class Remembered {
  readonly #clock: () => number;
  readonly #passes = new LRUCache<string, number>(BOUND);
  readonly #failures = new LRUCache<string, { readonly until: number; readonly error: unknown }>(BOUND);

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Whether nobody should wait for another's load of a key: what Varnish calls hit-for-miss. */
  passes(key: string): boolean {
    const until = this.#passes.get(key);
    if (until === undefined) return false;
    if (this.#clock() < until) return true;
    this.#passes.delete(key);
    return false;
  }

  /** The failure of a refresh that is not to be tried again yet. */
  failure(key: string): { readonly error: unknown } | undefined {
    const failure = this.#failures.get(key);
    return failure !== undefined && this.#clock() < failure.until ? { error: failure.error } : undefined;
  }

  passed(key: string, ms: number): void {
    if (ms > 0) this.#passes.set(key, this.#clock() + ms);
  }

  failed(key: string, error: unknown, ms: number): void {
    this.#failures.set(key, { until: this.#clock() + ms, error });
  }

  /** It was kept, or found to be right. */
  succeeded(key: string): void {
    this.#passes.delete(key);
    this.#failures.delete(key);
  }
}
