import type { Cluster, Redis } from 'ioredis';
import type { TaskQueue, TaskStatus } from '../task.js';
import type { BatchProgress } from './batch-progress.js';
import type { JobQueue } from './link.js';

/** A job that has not ended and is not at work, by where it is. */
export interface Unfinished {
  readonly queue: TaskQueue;
  readonly jobs: JobQueue;
  readonly id: string;
}

/** Questions that Redis is asked at a time. */
const CHUNK = 1000;

/** What jobs are that have not ended, from one field of each: there may be thousands, with thousands of keys in them. */
export async function statusesOf(
  client: Redis | Cluster,
  batches: BatchProgress,
  unfinished: readonly Unfinished[],
): Promise<readonly TaskStatus[]> {
  const statuses: TaskStatus[] = [];
  for (let start = 0; start < unfinished.length; start += CHUNK) {
    const chunk = unfinished.slice(start, start + CHUNK);
    const pipeline = client.pipeline();
    for (const { queue, jobs, id } of chunk) {
      if (queue === 'batch') pipeline.exists(batches.keyOf(id));
      // BullMQ's name for the attempts that were made.
      else pipeline.hget(jobs.toKey(id), 'atm');
    }
    const answers = (await pipeline.exec()) ?? [];
    for (const [index, { queue }] of chunk.entries()) {
      const [error, answer] = answers[index] ?? [];
      if (error) throw error;
      const isFirst = Number(answer ?? 0) === 0;
      if (isFirst) statuses.push('PENDING');
      else statuses.push(queue === 'batch' ? 'STARTED' : 'RETRY');
    }
  }
  return statuses;
}
