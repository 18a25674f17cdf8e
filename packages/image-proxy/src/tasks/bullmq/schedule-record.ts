import type { TaskRecord } from '../task.js';
import type { Shared } from './shared.js';

/** A schedule as a task that waits; undefined if there is none of that id. */
export async function scheduleRecord({ queues }: Shared, id: string): Promise<TaskRecord | undefined> {
  for (const [queue, jobs] of queues) {
    const scheduler = await jobs.getJobScheduler(id);
    if (scheduler === undefined) continue;
    return {
      taskId: id,
      queue,
      status: 'PENDING',
      attempts: 0,
      progress: 0,
      result: null,
      error: null,
      createdAt: new Date(scheduler.startDate ?? scheduler.next ?? Date.now()),
      finishedAt: null,
    };
  }
  return undefined;
}
