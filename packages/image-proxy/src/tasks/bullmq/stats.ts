import { ratesOf } from '../rates.js';
import type { QueueStats, TaskQueue } from '../task.js';
import { taskIdOf } from './crew.js';
import type { JobQueue } from './link.js';
import type { Shared } from './shared.js';

export async function queueStats(shared: Shared): Promise<QueueStats[]> {
  const workers = await shared.counters.workers();
  // A batch is at work as long as one of its parts is.
  const atWork = new Set((await shared.parts.getRanges(['active'], 0, -1)).map(taskIdOf)).size;
  return Promise.all([...shared.queues].map(([name, queue]) => statsOf(shared, name, queue, workers, atWork)));
}

async function statsOf(
  { counters }: Shared,
  name: TaskQueue,
  queue: JobQueue,
  workers: number,
  batchesAtWork: number,
): Promise<QueueStats> {
  const [counts, minutes, totals] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'waiting-children', 'active', 'delayed'),
    counters.last(name),
    counters.totals(name),
  ]);
  const { waiting = 0, prioritized = 0, active = 0, delayed = 0 } = counts;
  const unfinishedBatches = counts['waiting-children'] ?? 0;
  const begun = Math.min(unfinishedBatches, batchesAtWork);
  const { succeeded, failed, failureRate, throughput } = ratesOf(minutes, Date.now());
  return {
    queue: name,
    depth: waiting + prioritized + unfinishedBatches - begun,
    active: active + begun,
    delayed,
    workers,
    succeeded,
    failed,
    failureRate,
    throughputPerMinute: throughput,
    totals,
  };
}
