import type { QueueStats } from '@forebay/image-proxy/tasks';
import type { Family } from '../family.js';

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
