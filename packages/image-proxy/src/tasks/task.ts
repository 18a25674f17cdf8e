import type { RunTimes } from './run-times.js';

/** What JSON can say; payloads and results cross process borders and are kept in Redis. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** `quick`: one image, somebody waits for it. `batch`: many images. `maintenance`: what runs by itself. */
export type TaskQueue = 'quick' | 'batch' | 'maintenance';

/** `RETRY`: failed, and waits for its next attempt. `REVOKED`: stopped on request, before it began or midway. */
export type TaskStatus = 'PENDING' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED';

export const taskQueues: readonly TaskQueue[] = ['quick', 'batch', 'maintenance'];
export const taskStatuses: readonly TaskStatus[] = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'];

/** One task, as it stands. */
export interface TaskRecord {
  readonly taskId: string;
  readonly queue: TaskQueue;
  readonly status: TaskStatus;
  /** How often it was begun. */
  readonly attempts: number;
  /** Percent, whole numbers. */
  readonly progress: number;
  /** What it came to; null until `SUCCESS`. */
  readonly result: Json;
  /** Why the last attempt failed, without anything secret. */
  readonly error: string | null;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** What a batch came to. */
export interface BatchResult {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Each key that failed, and why. */
  readonly errors: Readonly<Record<string, string>>;
}

/** A task among many: without the errors of a batch, of which there may be thousands. */
export function withoutErrors(task: TaskRecord): TaskRecord {
  const { queue, result } = task;
  if (queue !== 'batch' || typeof result !== 'object' || result === null) return task;
  return { ...task, result: Object.fromEntries(Object.entries(result).filter(([name]) => name !== 'errors')) };
}

/** What a queue has done since it was made: never less than before. Of a batch, keys are counted and parts are timed. */
export interface QueueTotals {
  readonly succeeded: number;
  /** For good. */
  readonly failed: number;
  readonly runs: RunTimes;
}

/** One queue, now and over the last minutes. Counts are tasks, of a batch its keys. */
export interface QueueStats {
  readonly queue: TaskQueue;
  /** Tasks that could run, were there a worker free for them. What is due later (retries, schedules) is not among them. */
  readonly depth: number;
  readonly active: number;
  /** Waiting for their time: retries and schedules. */
  readonly delayed: number;
  /** Processes that work on the queue. */
  readonly workers: number;
  /** In the last five minutes. */
  readonly succeeded: number;
  /** In the last five minutes, for good. Neither retries nor what was revoked. */
  readonly failed: number;
  /** Of those that ended in the last five minutes, 0 to 1; 0 when none did. */
  readonly failureRate: number;
  /** Ended within the last minute, well or not. */
  readonly throughputPerMinute: number;
  readonly totals: QueueTotals;
}
