import { createHash } from 'node:crypto';
import { split } from './batches.js';
import { wholeNumber } from './checks.js';
import type { TaskPage, TaskFilter, TaskQueues } from './driver.js';
import { TaskNotFailedError, TaskNotFoundError } from './errors.js';
import { BATCH_REFRESH, REFRESH } from './kinds.js';
import type { QueueStats, TaskRecord } from './task.js';

/** Keys of one batch, at most. */
export const MOST_KEYS = 10_000;
/** Keys of one part, at most. */
export const MOST_BATCH_SIZE = 1000;
/** Seconds between two scheduled refreshes, at least and at most (a year). */
export const SHORTEST_INTERVAL = 60;
export const LONGEST_INTERVAL = 31_536_000;

/** What an application asks of the task queues. Every method may fail with a {@link TaskError}. */
export interface Tasks {
  /** One image, in `quick`. `force` signs anew even what is fresh. @default force false */
  refresh(imageKey: string, options?: { readonly force?: boolean }): Promise<TaskRecord>;
  /**
   * Many images, in `batch`, in parts of `batchSize` keys (1 to 1000; larger where there would be more than a thousand
   * parts). A key given twice is refreshed once.
   * @default batchSize 100
   */
  batchRefresh(imageKeys: readonly string[], options?: { readonly batchSize?: number }): Promise<TaskRecord>;
  /** One image every so many seconds, from 60. Replaces an earlier schedule of the same image. */
  schedule(imageKey: string, refreshInterval: number): Promise<TaskRecord>;
  get(taskId: string): Promise<TaskRecord | undefined>;
  list(filter: TaskFilter): Promise<TaskPage>;
  active(): Promise<readonly TaskRecord[]>;
  stats(): Promise<readonly QueueStats[]>;
  /** Stops a task, or ends a schedule. */
  revoke(taskId: string): Promise<TaskRecord>;
  /**
   * Runs what failed once more, as a new task: of a batch, the keys that failed.
   * @throws {TaskNotFoundError} @throws {TaskNotFailedError}
   */
  retry(taskId: string): Promise<TaskRecord>;
}

/** The tasks of signed images, on queues that may be in this process, in another, or in Redis. */
export function createTasks({ queues }: { readonly queues: TaskQueues }): Tasks {
  const tasks: Tasks = {
    refresh: (imageKey, { force = false } = {}) =>
      queues.enqueue({ queue: 'quick', kind: REFRESH, payload: { image_key: imageKey, force } }),
    async batchRefresh(imageKeys, { batchSize = 100 } = {}) {
      wholeNumber('batchSize', batchSize, 1, MOST_BATCH_SIZE);
      wholeNumber('the number of imageKeys', imageKeys.length, 1, MOST_KEYS);
      const keys = [...new Set(imageKeys)];
      return queues.enqueue({
        queue: 'batch',
        kind: BATCH_REFRESH,
        payload: { total: keys.length },
        parts: split(keys, batchSize),
      });
    },
    async schedule(imageKey, refreshInterval) {
      wholeNumber('refreshInterval', refreshInterval, SHORTEST_INTERVAL, LONGEST_INTERVAL);
      return queues.schedule({
        id: scheduleId(imageKey),
        every: refreshInterval * 1000,
        task: { queue: 'quick', kind: REFRESH, payload: { image_key: imageKey, force: true } },
      });
    },
    get: (taskId) => queues.get(taskId),
    list: (filter) => queues.list(filter),
    active: () => queues.active(),
    stats: () => queues.stats(),
    revoke: (taskId) => queues.revoke(taskId),
    async retry(taskId) {
      const [record, order] = await Promise.all([queues.get(taskId), queues.orderOf(taskId)]);
      if (record === undefined || order === undefined) throw new TaskNotFoundError(taskId);
      if (record.queue === 'batch') return tasks.batchRefresh(failedKeys(record));
      const { status } = record;
      if (status !== 'FAILURE' && status !== 'REVOKED') throw new TaskNotFailedError(taskId, `it is ${status}`);
      return queues.enqueue(order);
    },
  };
  return tasks;
}

/** A batch that has ended is a success that names the keys which are none. */
function failedKeys({ taskId, status, result }: TaskRecord): readonly string[] {
  const errors = status === 'SUCCESS' && typeof result === 'object' && result !== null && 'errors' in result;
  const keys = errors ? Object.keys(result['errors'] ?? {}) : [];
  if (keys.length > 0) return keys;
  throw new TaskNotFailedError(taskId, status === 'SUCCESS' ? 'none of its keys failed' : `it is ${status}`);
}

/** The same on every node, so that two of them make one schedule. */
function scheduleId(imageKey: string): string {
  return `schedule-${createHash('sha256').update(imageKey).digest('hex').slice(0, 32)}`;
}
