import type { ProcessHealth } from '../../process/roles.js';
import { VERSION } from '../../version.js';
import type { Family } from '../family.js';

const perWorker = (name: string, help: string, read: (health: ProcessHealth) => number): Family => ({
  name: `forebay_worker_${name}`,
  help,
  type: 'gauge',
  labels: ['worker'],
  samples: ({ workers }) =>
    workers.flatMap(({ health, slot }) =>
      health === undefined ? [] : [[{ worker: String(slot) }, read(health)] as const],
    ),
});

/** The server's processes. */
export const processFamilies: readonly Family[] = [
  {
    name: 'forebay_build_info',
    help: '1; the labels say what runs.',
    type: 'gauge',
    labels: ['version', 'node_version'],
    samples: () => [[{ version: VERSION, node_version: process.version }, 1]],
  },
  {
    name: 'forebay_start_time_seconds',
    help: 'When the server started, since the epoch.',
    type: 'gauge',
    labels: [],
    samples: ({ startedAt }) => [[{}, startedAt.getTime() / 1000]],
  },
  {
    name: 'forebay_workers',
    help: 'Workers by state.',
    type: 'gauge',
    labels: ['state'],
    samples: ({ workers }) =>
      ['starting', 'ready', 'draining', 'hung', 'restarting'].map((state) => [
        { state },
        workers.filter((worker) => worker.state === state).length,
      ]),
  },
  {
    name: 'forebay_worker_restarts_total',
    help: 'Workers that died and were replaced.',
    type: 'counter',
    labels: [],
    samples: ({ restarts }) => [[{}, restarts]],
  },
  perWorker(
    'event_loop_delay_mean_seconds',
    'Mean delay of the event loop over the last heartbeat.',
    ({ eventLoopDelayMean }) => eventLoopDelayMean / 1000,
  ),
  perWorker(
    'event_loop_delay_p99_seconds',
    '99th percentile of the same.',
    ({ eventLoopDelayP99 }) => eventLoopDelayP99 / 1000,
  ),
  perWorker('event_loop_delay_max_seconds', 'Worst of the same.', ({ eventLoopDelayMax }) => eventLoopDelayMax / 1000),
  perWorker('resident_memory_bytes', 'Resident memory.', ({ rss }) => rss),
  perWorker('heap_used_bytes', 'JavaScript heap in use.', ({ heapUsed }) => heapUsed),
];
