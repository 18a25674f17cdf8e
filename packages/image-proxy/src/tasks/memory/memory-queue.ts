import { ratesOf } from '../rates.js';
import { historyOf, type CompleteSettings } from '../settings.js';
import type { QueueStats, TaskQueue } from '../task.js';
import { History } from './history.js';
import type { MemoryTask, Unit } from './memory-task.js';
import { MinuteCounts } from './minute-counts.js';
import { RunningTotals } from './running-totals.js';

/** One queue: what waits, what runs, and what has ended. */
export class MemoryQueue {
  readonly name: TaskQueue;
  /** Tasks that have not ended, in the order in which they came. */
  readonly open: Map<string, MemoryTask> = new Map();
  readonly waiting: Set<Unit> = new Set();
  readonly running: Set<Unit> = new Set();
  readonly history: History;
  readonly counts: MinuteCounts = new MinuteCounts();
  readonly totals: RunningTotals = new RunningTotals();

  constructor(name: TaskQueue, settings: CompleteSettings) {
    this.name = name;
    this.history = new History(historyOf(name, settings), settings.historyAge);
  }

  /** Running ones first, then those that wait, then those that ended. */
  all(now: number): MemoryTask[] {
    const newestFirst = [...this.open.values()].toReversed();
    const running = newestFirst.filter(({ status }) => status === 'STARTED');
    return [...running, ...newestFirst.filter(({ status }) => status !== 'STARTED'), ...this.history.all(now)];
  }

  /** So many have ended for good. */
  ended(now: number, succeeded: number, failed: number): void {
    this.counts.add(now, succeeded, failed);
    this.totals.ended(succeeded, failed);
  }

  dropWaiting(task: MemoryTask): void {
    for (const unit of this.waiting) if (unit.task === task) this.waiting.delete(unit);
  }

  stats(now: number, workers: number, schedules: number): QueueStats {
    const { succeeded, failed, failureRate, throughput } = ratesOf(this.counts.last(now), now);
    const open = [...this.open.values()];
    const delayed = open.filter(({ cancelRetry }) => cancelRetry !== undefined).length;
    return {
      queue: this.name,
      depth: open.filter(({ status, cancelRetry }) => status !== 'STARTED' && cancelRetry === undefined).length,
      active: open.filter(({ status }) => status === 'STARTED').length,
      delayed: delayed + schedules,
      workers,
      succeeded,
      failed,
      failureRate,
      throughputPerMinute: throughput,
      totals: this.totals.now(),
    };
  }
}
