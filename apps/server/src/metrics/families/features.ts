import { RUN_TIME_BOUNDS, type QueueStats, type RunTimes } from '@forebay/image-proxy/tasks';
import type { Distribution, Family } from '../family.js';

function distributionOf({ counts, sum }: RunTimes): Distribution {
  let seen = 0;
  const buckets = RUN_TIME_BOUNDS.map((bound, index) => ({ bound, count: (seen += counts[index] ?? 0) }));
  return { buckets, count: seen + (counts[RUN_TIME_BOUNDS.length] ?? 0), sum };
}

const queue = (name: string, help: string, read: (stats: QueueStats) => number): Family => ({
  name: `forebay_queue_${name}`,
  help,
  type: 'gauge',
  labels: ['queue'],
  samples: ({ queues }) => queues.map((stats) => [{ queue: stats.queue }, read(stats)]),
});

/** HLS, task queues and alerts. */
export const featureFamilies: readonly Family[] = [
  {
    name: 'forebay_hls_sessions',
    help: 'Viewers, over all nodes that share their sessions.',
    type: 'gauge',
    labels: [],
    samples: ({ hls }) => (hls === undefined ? [] : [[{}, hls.sessions]]),
  },
  {
    name: 'forebay_hls_transfers',
    help: 'Segments on their way to viewers.',
    type: 'gauge',
    labels: [],
    samples: ({ hls }) => (hls === undefined ? [] : [[{}, hls.transfers]]),
  },
  queue('depth', 'Tasks that wait for a worker.', ({ depth }) => depth),
  queue('active', 'Tasks that run.', ({ active }) => active),
  queue('delayed', 'Tasks that wait for their time: retries and schedules.', ({ delayed }) => delayed),
  queue('workers', 'Processes that work on the queue.', ({ workers }) => workers),
  {
    name: 'forebay_queue_tasks_total',
    help: 'Tasks that ended, by outcome (success, failure), over all nodes that share the queue; of batches, keys.',
    type: 'counter',
    labels: ['queue', 'outcome'],
    samples: ({ queues }) =>
      queues.flatMap(({ queue: name, totals: { failed, succeeded } }) => [
        [{ queue: name, outcome: 'success' }, succeeded],
        [{ queue: name, outcome: 'failure' }, failed],
      ]),
  },
  {
    name: 'forebay_queue_run_duration_seconds',
    help: 'How long attempts at tasks took, and parts of batches, over all nodes that share the queue.',
    type: 'histogram',
    labels: ['queue'],
    samples: ({ queues }) => queues.map(({ queue: name, totals }) => [{ queue: name }, distributionOf(totals.runs)]),
  },
  queue('recent_succeeded', 'Tasks that succeeded in the last five minutes.', ({ succeeded }) => succeeded),
  queue('recent_failed', 'Tasks that failed for good in the last five minutes.', ({ failed }) => failed),
  {
    name: 'forebay_alert_active',
    help: '1 for each alert that is active.',
    type: 'gauge',
    labels: ['alert', 'subject', 'severity'],
    samples: ({ alerts }) => alerts.map(({ name, severity, subject }) => [{ alert: name, subject, severity }, 1]),
  },
];
