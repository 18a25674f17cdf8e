export type BreakerState = 'closed' | 'open' | 'half-open';

export interface TierBreakerOptions {
  /** Failures in a row that open it. @default 3 */
  readonly failures?: number;
  /** Milliseconds that it stays open the first time; doubles with every failed trial. @default 2000 */
  readonly openFor?: number;
  /** Milliseconds that it stays open at most. @default 60000 */
  readonly maxOpenFor?: number;
}

/** Skips a tier that fails, and lets one call through when its time is over. No timers: time is read off the clock. */
export class TierBreaker {
  readonly #options: Required<TierBreakerOptions>;
  readonly #clock: () => number;
  #failures = 0;
  #openUntil = 0;
  #openFor = 0;
  #trial = false;

  constructor(options: Required<TierBreakerOptions>, clock: () => number) {
    this.#options = options;
    this.#clock = clock;
  }

  get state(): BreakerState {
    if (this.#openFor === 0) return 'closed';
    return this.#clock() < this.#openUntil ? 'open' : 'half-open';
  }

  /** Whether a call may be made now; while half open, to one caller only. */
  allows(): boolean {
    if (this.#openFor === 0) return true;
    const now = this.#clock();
    if (now < this.#openUntil) return false;
    // A trial that never reports back must not keep the tier out for ever.
    if (this.#trial && now < this.#openUntil + this.#openFor) return false;
    if (this.#trial) this.#openUntil = now;
    this.#trial = true;
    return true;
  }

  /** Closes it; true when that is news. */
  succeeded(): boolean {
    this.#failures = 0;
    this.#trial = false;
    if (this.#openFor === 0) return false;
    this.#openFor = 0;
    return true;
  }

  /** Counts; true when it opens by this failure. */
  failed(): boolean {
    this.#failures++;
    const failedTrial = this.#trial;
    this.#trial = false;
    if (!failedTrial && (this.#openFor > 0 || this.#failures < this.#options.failures)) return false;
    this.#openFor = failedTrial ? Math.min(this.#openFor * 2, this.#options.maxOpenFor) : this.#options.openFor;
    this.#openUntil = this.#clock() + this.#openFor;
    return !failedTrial;
  }
}
