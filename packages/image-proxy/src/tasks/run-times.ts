/** Bounds of the times that runs are told apart by, in ms. */
export const RUN_TIME_BOUNDS: readonly number[] = [10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

/** How long runs took: one of a task, an attempt that failed as well, or one of a part of a batch. */
export interface RunTimes {
  /** Runs by the first bound of `RUN_TIME_BOUNDS` that they were within; the last are those beyond all. */
  readonly counts: readonly number[];
  /** Milliseconds. */
  readonly sum: number;
}

/** The index in `RunTimes.counts` for a run of so many ms. */
export function runTimeBucket(ms: number): number {
  const index = RUN_TIME_BOUNDS.findIndex((bound) => ms <= bound);
  return index < 0 ? RUN_TIME_BOUNDS.length : index;
}
