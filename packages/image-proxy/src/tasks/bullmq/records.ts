import type { Job } from 'bullmq';
import type { BatchResult, Json, TaskQueue, TaskRecord, TaskStatus } from '../task.js';
import type { BatchProgress, Progress } from './batch-progress.js';
import type { JobData } from './link.js';

export type TaskJob = Job<JobData, Json | BatchResult>;

/** How BullMQ marks what was revoked while it ran, until its record is kept elsewhere. */
export const REVOKED = 'revoked';

/** BullMQ's states, by what they are called in a record. */
const statuses: Readonly<Record<string, TaskStatus>> = {
  completed: 'SUCCESS',
  failed: 'FAILURE',
  active: 'STARTED',
};

/** A job as a task's record; undefined if it is no longer there. */
export async function recordOf(
  queue: TaskQueue,
  job: TaskJob,
  state: string,
  batches: BatchProgress,
): Promise<TaskRecord | undefined> {
  if (state === 'unknown') return undefined;
  const isBatch = job.data.total !== undefined;
  const progress = isBatch && job.finishedOn === undefined ? await batches.of(job.id ?? '') : undefined;
  const status = statusOf(job, state, progress);
  return {
    taskId: job.id ?? '',
    queue,
    status,
    attempts: Math.max(job.attemptsStarted, progress?.begun === true ? 1 : 0),
    progress: status === 'SUCCESS' ? 100 : percentOf(job, progress),
    result: status === 'SUCCESS' ? (job.returnvalue as Json) : null,
    error: status === 'SUCCESS' || status === 'REVOKED' ? null : (job.failedReason ?? null),
    createdAt: new Date(job.timestamp),
    finishedAt: job.finishedOn === undefined ? null : new Date(job.finishedOn),
  };
}

function statusOf(job: TaskJob, state: string, progress: Progress | undefined): TaskStatus {
  if (state === 'failed' && job.failedReason === REVOKED) return 'REVOKED';
  const plain = statuses[state];
  if (plain !== undefined) return plain;
  if (progress !== undefined) return progress.begun ? 'STARTED' : 'PENDING';
  return job.attemptsMade > 0 ? 'RETRY' : 'PENDING';
}

/** Only what has ended well is complete. */
function percentOf({ data }: TaskJob, progress: Progress | undefined): number {
  if (progress === undefined || data.total === undefined) return 0;
  return Math.min(99, Math.floor((100 * progress.done) / data.total));
}
