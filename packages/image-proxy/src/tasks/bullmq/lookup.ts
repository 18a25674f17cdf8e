import type { Job } from 'bullmq';
import type { Order } from '../driver.js';
import type { TaskQueue, TaskRecord } from '../task.js';
import type { JobQueue } from './link.js';
import { recordOf, type TaskJob } from './records.js';
import { scheduleRecord } from './schedule-record.js';
import type { Shared } from './shared.js';

export function queueOf({ queues }: Shared, name: TaskQueue): JobQueue {
  const queue = queues.get(name);
  if (queue === undefined) throw new TypeError(`there is no queue ${name}`);
  return queue;
}

/** The record of a task or a schedule, wherever it is. */
export async function find(shared: Shared, taskId: string): Promise<TaskRecord | undefined> {
  const records = await Promise.all([
    ...[...shared.queues].map(async ([name, queue]) => {
      const job = await queue.getJob(taskId);
      return job && recordOf(name, job, await job.getState(), shared.batches);
    }),
    shared.revocations.get(taskId),
    scheduleRecord(shared, taskId),
  ]);
  return records.find((record) => record !== undefined);
}

/** What a task was asked to do, wherever it is. */
export async function orderOf({ queues }: Shared, taskId: string): Promise<Order | undefined> {
  const found = await Promise.all(
    [...queues].map(async ([queue, jobs]) => {
      const job = await jobs.getJob(taskId);
      return job && { queue, kind: job.name, payload: job.data.payload };
    }),
  );
  return found.find((order) => order !== undefined);
}

/** Whether it could be removed before anyone began with it. */
export async function removed(queue: JobQueue, taskId: string): Promise<boolean> {
  const job = await queue.getJob(taskId);
  if (job === undefined || (await job.getState()) === 'active') return false;
  return job.remove().then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && error.message.includes('locked')) return false;
      throw error;
    },
  );
}

/** The record of a task that was just added. */
export function pending(queue: TaskQueue, job: TaskJob | Job): TaskRecord {
  return {
    taskId: job.id ?? '',
    queue,
    status: 'PENDING',
    attempts: 0,
    progress: 0,
    result: null,
    error: null,
    createdAt: new Date(job.timestamp),
    finishedAt: null,
  };
}
