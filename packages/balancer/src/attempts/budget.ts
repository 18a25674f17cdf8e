import { resolveClock, type Clock } from '../clock.js';
import { fill } from '../settings.js';

/** How many extra attempts calls may cause, so that retries cannot multiply an outage (Finagle's RetryBudget). */
export interface RetryBudget {
  /** Counts one call: a share of an extra attempt is earned. */
  deposit(): void;
  /** Takes one extra attempt if there is one. */
  tryWithdraw(): boolean;
  /** Whole extra attempts that could be taken now. */
  readonly remaining: number;
}

export interface RetryBudgetOptions {
  /** Extra attempts earned by each call. @default 0.2 */
  readonly ratio?: number;
  /** Extra attempts there are whatever the traffic, given back over ten seconds, for those who call rarely. @default 10 */
  readonly reserve?: number;
  /** Most earned attempts that are kept, which bounds a burst. @default 100 */
  readonly capacity?: number;
  readonly clock?: Clock;
}

const reserveRefillMs = 10_000;
/** Five fifths must make a whole in floating point too. */
const sliver = 1e-9;

/** A budget whose bounds can be changed while it is in use. */
export class Budget implements RetryBudget {
  #options = { ratio: 0.2, reserve: 10, capacity: 100 };
  readonly #now: () => number;
  #earned = 0;
  #reserved: number;
  #refilledAt: number;

  constructor({ clock, ...options }: RetryBudgetOptions) {
    this.configure(options);
    this.#now = resolveClock(clock).now;
    this.#reserved = this.#options.reserve;
    this.#refilledAt = this.#now();
  }

  get remaining(): number {
    return Math.floor(this.#earned + sliver) + Math.floor(this.#refill() + sliver);
  }

  configure(options: RetryBudgetOptions): void {
    this.#options = fill(options, this.#options);
  }

  deposit(): void {
    this.#earned = Math.min(this.#options.capacity, this.#earned + this.#options.ratio);
  }

  tryWithdraw(): boolean {
    if (this.#earned + sliver >= 1) this.#earned--;
    else if (this.#refill() + sliver >= 1) this.#reserved--;
    else return false;
    return true;
  }

  #refill(): number {
    const now = this.#now();
    const { reserve } = this.#options;
    this.#reserved = Math.min(reserve, this.#reserved + ((now - this.#refilledAt) / reserveRefillMs) * reserve);
    this.#refilledAt = now;
    return this.#reserved;
  }
}

/** @throws TypeError or RangeError for an option out of its bounds */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  return new Budget(options);
}
