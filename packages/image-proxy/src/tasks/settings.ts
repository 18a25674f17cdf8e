import type { Backoff } from './backoff.js';
import { wholeNumber } from './checks.js';
import type { TaskQueue } from './task.js';

/** What both drivers are told alike. */
export interface TaskSettings {
  /** How often a task is tried. @default 3 */
  readonly attempts?: number;
  /** Milliseconds before the second attempt; doubled before each further one, and jittered. @default 1000 */
  readonly retryDelay?: number;
  /** Milliseconds between two attempts, at most. @default 60000 */
  readonly maxRetryDelay?: number;
  /** Tasks run at once in this process, a queue; of `batch`, parts. @default 10 */
  readonly concurrency?: number;
  /** Tasks that may wait in a queue; more are refused. @default 10000 */
  readonly maxWaiting?: number;
  /** @default 10000 */
  readonly maxSchedules?: number;
  /** Finished tasks of a queue that are remembered; of batches, which may name thousands of keys, a tenth. @default 1000 */
  readonly historyCount?: number;
  /** Milliseconds for which a finished task is remembered. @default 86400000 (a day) */
  readonly historyAge?: number;
  /** For the jitter, 0 to 1. @default Math.random */
  readonly random?: () => number;
}

export type CompleteSettings = Required<Omit<TaskSettings, 'retryDelay' | 'maxRetryDelay'>> & {
  readonly backoff: Backoff;
};

/** How many finished tasks of a queue are remembered. */
export const historyOf = (queue: TaskQueue, { historyCount }: CompleteSettings): number =>
  queue === 'batch' ? Math.ceil(historyCount / 10) : historyCount;

/** @throws {RangeError} naming the option and the value */
export function resolveSettings(given: TaskSettings): CompleteSettings {
  return {
    attempts: wholeNumber('attempts', given.attempts ?? 3, 1, 100),
    backoff: {
      delay: wholeNumber('retryDelay', given.retryDelay ?? 1000, 0, 86_400_000),
      maxDelay: wholeNumber('maxRetryDelay', given.maxRetryDelay ?? 60_000, 0, 86_400_000),
    },
    concurrency: wholeNumber('concurrency', given.concurrency ?? 10, 1, 1000),
    maxWaiting: wholeNumber('maxWaiting', given.maxWaiting ?? 10_000, 1, 1_000_000),
    maxSchedules: wholeNumber('maxSchedules', given.maxSchedules ?? 10_000, 1, 1_000_000),
    historyCount: wholeNumber('historyCount', given.historyCount ?? 1000, 1, 100_000),
    historyAge: wholeNumber('historyAge', given.historyAge ?? 86_400_000, 1000),
    random: given.random ?? Math.random,
  };
}
