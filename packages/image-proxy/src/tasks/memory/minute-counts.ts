import { minuteOf, RATE_MINUTES, type MinuteCount } from '../rates.js';

/** What ended in the current minute and the ones before. */
export class MinuteCounts {
  readonly #counts = new Map<number, { succeeded: number; failed: number }>();

  add(now: number, succeeded: number, failed: number): void {
    const minute = minuteOf(now);
    const count = this.#counts.get(minute) ?? { succeeded: 0, failed: 0 };
    count.succeeded += succeeded;
    count.failed += failed;
    this.#counts.set(minute, count);
    for (const each of this.#counts.keys()) if (each < minute - RATE_MINUTES) this.#counts.delete(each);
  }

  /** The current one first. */
  last(now: number): MinuteCount[] {
    const none: MinuteCount = { succeeded: 0, failed: 0 };
    return Array.from({ length: RATE_MINUTES + 1 }, (_, ago) => this.#counts.get(minuteOf(now) - ago) ?? none);
  }
}
