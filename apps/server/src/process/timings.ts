/** How the processes are looked after. Milliseconds, but for `crashLoopAt`. */
export interface Timings {
  /** Between a worker's signs of life. */
  readonly heartbeat: number;
  /** Without a sign of life for this long, a worker is replaced by force. */
  readonly hangAfter: number;
  /** The same for a worker that has not become ready: caches may take time to open. */
  readonly startWithin: number;
  /** A worker that lived this long did not die of its start. */
  readonly stableAfter: number;
  /** Before the first replacement; it doubles with each early death. */
  readonly firstRestart: number;
  readonly slowestRestart: number;
  /** Early deaths in a row that are reported as a crash loop. */
  readonly crashLoopAt: number;
  /** At a reload, for kept-alive connections to make one more request and be told to close. */
  readonly linger: number;
}

export const defaultTimings: Timings = {
  heartbeat: 1000,
  hangAfter: 10_000,
  startWithin: 60_000,
  stableAfter: 30_000,
  firstRestart: 100,
  slowestRestart: 30_000,
  crashLoopAt: 5,
  linger: 5000,
};

/** The wait before a worker is replaced that has died early so many times in a row (1 or more). */
export const restartDelay = (earlyDeaths: number, { firstRestart, slowestRestart }: Timings): number =>
  Math.min(firstRestart * 2 ** Math.min(earlyDeaths - 1, 30), slowestRestart);
