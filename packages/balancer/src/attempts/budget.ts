import { resolveClock, type Clock } from '../clock.js';

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
const whole = 1 - 1e-9;

class Budget implements RetryBudget {
  readonly #ratio: number;
  readonly #reserve: number;
  readonly #capacity: number;
  readonly #clock: Clock;
  #earned = 0;
  #reserved: number;
  #refilledAt: number;

  constructor(options: Required<RetryBudgetOptions>) {
    this.#ratio = options.ratio;
    this.#reserve = options.reserve;
    this.#capacity = options.capacity;
    this.#clock = options.clock;
    this.#reserved = options.reserve;
    this.#refilledAt = this.#clock.now();
  }

  get remaining(): number {
    this.#refill();
    return Math.floor(this.#earned + 1e-9) + Math.floor(this.#reserved + 1e-9);
  }

  deposit(): void {
    const earned = this.#earned + this.#ratio;
    this.#earned = earned > this.#capacity ? this.#capacity : earned;
  }

  tryWithdraw(): boolean {
    if (this.#earned >= whole) {
      this.#earned -= 1;
      return true;
    }
    this.#refill();
    if (this.#reserved < whole) return false;
    this.#reserved -= 1;
    return true;
  }

  #refill(): void {
    const now = this.#clock.now();
    const back = ((now - this.#refilledAt) / reserveRefillMs) * this.#reserve;
    this.#reserved = Math.min(this.#reserve, this.#reserved + back);
    this.#refilledAt = now;
  }
}

/** @throws RangeError for an option out of its bounds */
export function createRetryBudget(options: RetryBudgetOptions = {}): RetryBudget {
  const complete = { ratio: 0.2, reserve: 10, capacity: 100, ...options, clock: resolveClock(options.clock) };
  for (const name of ['ratio', 'reserve', 'capacity'] as const) {
    if (!(complete[name] >= 0)) throw new RangeError(`${name} must be a number from 0 up, not ${complete[name]}`);
  }
  return new Budget(complete);
}
