import { z } from 'zod';
import { json } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import { percentile } from '../metrics/latency-histogram.js';
import { sumCounts } from '../metrics/totals.js';
import { answers, type Bus } from '../process/messages.js';
import { fleetStatus, traffic } from '../topics.js';
import { rounded } from './rounded.js';

const count = z.number().int();
const counts = z.record(z.string(), count);
const ms = z.number().describe('Upper bound of the bucket that it falls into');
const stats = z
  .object({
    started_at: z.iso.datetime(),
    uptime_seconds: count,
    workers: count,
    requests: z.object({
      total: count,
      per_second: z.number().describe('Over the last minute'),
      by_status: counts.describe('By class: 2xx, 3xx, …'),
      by_cache: counts.describe('hit, miss, stale, revalidated, bypass; none: no route could answer'),
    }),
    bytes: z.object({ total_bytes: count, per_second_bytes: z.number() }),
    cache: z.object({ hits: count, hits_by_tier: counts, misses: count, hit_rate: z.number() }),
    latency: z.object({ p50_ms: ms, p90_ms: ms, p99_ms: ms, p999_ms: ms }),
    upstream: z.object({ calls: count, retries: count, hedges: count, by_result: counts }),
    errors: counts.describe("Forebay's own refusals and failures, by status"),
  })
  .meta({ id: 'Stats' });

/** `/stats`: counters since the start and rates over the last minute, over all workers. */
export function statsRoutes(app: ManagementApp, bus: Bus): void {
  app.serve(
    {
      method: 'get',
      path: '/stats',
      tag: 'Status',
      summary: 'Count requests, bytes, hits and upstream calls',
      description: 'Since the start, with rates over the last minute.',
      answers: { 200: json(stats, 'Counters over all workers', EXAMPLE) },
    },
    async () => {
      const [fleet] = answers(await bus.ask(fleetStatus, null, { to: 'primary' }));
      const workers = answers(await bus.ask(traffic, null, { to: 'workers' }));
      const total = sumCounts(workers.map((worker) => worker.counts));
      const startedAt = fleet?.startedAt ?? new Date();
      const sum = (pick: (worker: (typeof workers)[number]) => number): number =>
        rounded(workers.reduce((whole, worker) => whole + pick(worker), 0));
      const hits = Object.values(total.byTier).reduce((all, some) => all + some, 0);
      return {
        started_at: startedAt.toISOString(),
        uptime_seconds: Math.floor((Date.now() - startedAt.getTime()) / 1000),
        workers: workers.length,
        requests: {
          total: total.requests,
          per_second: sum(({ requestsPerSecond }) => requestsPerSecond),
          by_status: total.byClass,
          by_cache: lowerCaseKeys(total.byOutcome),
        },
        bytes: { total_bytes: total.bytes, per_second_bytes: sum(({ bytesPerSecond }) => bytesPerSecond) },
        cache: {
          hits,
          hits_by_tier: total.byTier,
          misses: total.misses,
          hit_rate: rounded(hits / Math.max(1, hits + total.misses)),
        },
        latency: {
          p50_ms: percentile(total.latencies, 0.5),
          p90_ms: percentile(total.latencies, 0.9),
          p99_ms: percentile(total.latencies, 0.99),
          p999_ms: percentile(total.latencies, 0.999),
        },
        upstream: {
          calls: total.upstream.calls,
          retries: total.upstream.retries,
          hedges: total.upstream.hedges,
          by_result: total.upstream.byResult,
        },
        errors: total.problems,
      };
    },
  );
}

const lowerCaseKeys = (record: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(record).map(([name, times]) => [name.toLowerCase(), times]));

const EXAMPLE = {
  started_at: '2026-01-01T00:00:00.000Z',
  uptime_seconds: 3600,
  workers: 2,
  requests: { total: 1000, per_second: 12.5, by_status: { '2xx': 990, '4xx': 10 }, by_cache: { hit: 950, miss: 50 } },
  bytes: { total_bytes: 20_480_000, per_second_bytes: 256_000 },
  cache: { hits: 950, hits_by_tier: { memory: 900, disk: 50 }, misses: 50, hit_rate: 0.95 },
  latency: { p50_ms: 1, p90_ms: 2, p99_ms: 50, p999_ms: 200 },
  upstream: { calls: 52, retries: 2, hedges: 0, by_result: { '2xx': 50, FOREBAY_UPSTREAM_TIMEOUT: 2 } },
  errors: {},
};
