import type { RateLimit } from './options.js';

/** A token bucket whose tokens may be promised ahead: who comes when it is empty learns how long to wait. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #maxQueue: number;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  /** @throws RangeError for numbers out of bounds */
  constructor(
    { requestsPerSecond, burst = Math.ceil(requestsPerSecond), maxQueue = 1000 }: RateLimit,
    now: () => number,
  ) {
    if (!(requestsPerSecond > 0))
      throw new RangeError(`rateLimit.requestsPerSecond must be above 0, not ${requestsPerSecond}`);
    if (!(burst >= 1)) throw new RangeError(`rateLimit.burst must be a number from 1 up, not ${burst}`);
    if (!(maxQueue >= 0)) throw new RangeError(`rateLimit.maxQueue must be a number from 0 up, not ${maxQueue}`);
    this.#perMs = requestsPerSecond / 1000;
    this.#burst = burst;
    this.#maxQueue = maxQueue;
    this.#now = now;
    this.#tokens = burst;
    this.#filledAt = now();
  }

  /** Whether a request could go at once. */
  get ready(): boolean {
    this.#fill();
    return this.#tokens >= 1;
  }

  /** ms that the next request would wait. */
  get waitMs(): number {
    this.#fill();
    return Math.max(0, Math.ceil((1 - this.#tokens) / this.#perMs));
  }

  /** Takes a token, or promises one within `maxWaitMs`. Returns ms to wait, or undefined if that cannot be. */
  take(maxWaitMs: number): number | undefined {
    const wait = this.waitMs;
    if (wait > maxWaitMs || 1 - this.#tokens > this.#maxQueue) return undefined;
    this.#tokens -= 1;
    return wait;
  }

  /** Gives back a token that was promised but is not needed. */
  giveBack(): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + 1);
  }

  #fill(): void {
    const now = this.#now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
  }
}
