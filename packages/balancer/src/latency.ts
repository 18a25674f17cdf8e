/**
 * Peak-sensitive exponentially weighted moving average of response times: jumps up at once, comes down over
 * `decayMs` (Finagle's PeakEwma, `com.twitter.finagle.loadbalancer`).
 */
export class PeakEwma {
  /** NaN before the first answer. */
  #value = NaN;
  #at = 0;

  /** The average as last observed, `undefined` before the first answer. */
  get value(): number | undefined {
    return Number.isNaN(this.#value) ? undefined : this.#value;
  }

  observe(ms: number, now: number, decayMs: number): void {
    const value = this.#value;
    if (ms <= value) {
      const kept = Math.exp((this.#at - now) / decayMs);
      this.#value = value * kept + ms * (1 - kept);
    } else {
      this.#value = ms;
    }
    this.#at = now;
  }

  /** An attempt that did not succeed had taken `ms`: an answer takes at least that long. */
  observeAtLeast(ms: number, now: number): void {
    if (ms <= this.#value) return;
    this.#value = ms;
    this.#at = now;
  }

  /** The average with idle time taken off, so that an endpoint once slow comes back into play. */
  decayed(now: number, decayMs: number): number {
    return Number.isNaN(this.#value) ? 0 : this.#value * Math.exp((this.#at - now) / decayMs);
  }
}

/** How much one outcome weighs in the success rate. */
const share = 0.1;

/** A moving success rate, 0…1; idle time takes it back towards 1. */
export class SuccessRate {
  #rate = 1;
  #at = 0;

  at(now: number, decayMs: number): number {
    return this.#rate === 1 ? 1 : 1 - (1 - this.#rate) * Math.exp((this.#at - now) / decayMs);
  }

  observe(succeeded: boolean, now: number, decayMs: number): void {
    if (succeeded && this.#rate > 0.999_999) {
      this.#rate = 1;
      return;
    }
    const rate = this.at(now, decayMs);
    this.#rate = rate + ((succeeded ? 1 : 0) - rate) * share;
    this.#at = now;
  }
}

/** How much one answer weighs in the average. */
const averageShare = 0.2;

/** A plain moving average: one slow answer moves it by a fifth of the difference. */
export class Average {
  /** NaN before the first answer: a field that is always a number is updated in place. */
  ms: number = NaN;

  observe(ms: number): void {
    this.ms = Number.isNaN(this.ms) ? ms : this.ms + (ms - this.ms) * averageShare;
  }
}
