import { RUN_TIME_BOUNDS, runTimeBucket } from '../run-times.js';
import type { QueueTotals } from '../task.js';

/** What a queue has done so far. */
export class RunningTotals {
  readonly #counts: number[] = Array.from({ length: RUN_TIME_BOUNDS.length + 1 }, () => 0);
  #sum = 0;
  #succeeded = 0;
  #failed = 0;

  ended(succeeded: number, failed: number): void {
    this.#succeeded += succeeded;
    this.#failed += failed;
  }

  ran(ms: number): void {
    const bucket = runTimeBucket(ms);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += ms;
  }

  now(): QueueTotals {
    return {
      succeeded: this.#succeeded,
      failed: this.#failed,
      runs: { counts: [...this.#counts], sum: this.#sum },
    };
  }
}
