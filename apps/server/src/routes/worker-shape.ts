import { z } from 'zod';
import type { WorkerStatus } from '../process/roles.js';
import { rounded } from './rounded.js';

/** One worker, as the management interface tells of it. */
export interface WorkerShape {
  readonly name: string;
  readonly pid: number;
  readonly state: WorkerStatus['state'];
  readonly restarts: number;
  readonly started_at: string;
  readonly event_loop_delay_mean_ms: number | null;
  readonly event_loop_delay_p99_ms: number | null;
  readonly event_loop_delay_max_ms: number | null;
  readonly rss_bytes: number | null;
  readonly heap_used_bytes: number | null;
}

const measured = z.number().nullable();

export const workerShape: z.ZodType<WorkerShape> = z
  .object({
    name: z.string(),
    pid: z.number().int(),
    state: z.enum(['starting', 'ready', 'draining', 'hung', 'restarting', 'stopped']),
    restarts: z.number().int().describe("How often the slot's worker died and was replaced"),
    started_at: z.iso.datetime(),
    event_loop_delay_mean_ms: measured,
    event_loop_delay_p99_ms: measured,
    event_loop_delay_max_ms: measured,
    rss_bytes: measured,
    heap_used_bytes: measured,
  })
  .meta({ id: 'Worker' });

export const exampleWorker: WorkerShape = {
  name: 'worker-0.1',
  pid: 4711,
  state: 'ready',
  restarts: 0,
  started_at: '2026-01-01T00:00:00.000Z',
  event_loop_delay_mean_ms: 0.4,
  event_loop_delay_p99_ms: 2.1,
  event_loop_delay_max_ms: 6,
  rss_bytes: 92_000_000,
  heap_used_bytes: 31_000_000,
};

/** Measured values are null before the first heartbeat. */
export const describeWorker = ({ name, pid, state, restarts, startedAt, health }: WorkerStatus): WorkerShape => ({
  name,
  pid,
  state,
  restarts,
  started_at: startedAt.toISOString(),
  event_loop_delay_mean_ms: health === undefined ? null : rounded(health.eventLoopDelayMean),
  event_loop_delay_p99_ms: health === undefined ? null : rounded(health.eventLoopDelayP99),
  event_loop_delay_max_ms: health === undefined ? null : rounded(health.eventLoopDelayMax),
  rss_bytes: health?.rss ?? null,
  heap_used_bytes: health?.heapUsed ?? null,
});
