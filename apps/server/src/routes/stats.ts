import { z } from 'zod';
import { Problem } from '@forebay/reverse-proxy';
import { json } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import type { HistoryPoint } from '../history/series.js';
import { increment, overall, overallUpstream, type Tally } from '../metrics/counts.js';
import { percentile } from '../metrics/latency-histogram.js';
import { answers, type Bus } from '../process/messages.js';
import { observed, type Observed } from '../topics.js';
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
      problems: { 503: 'The process that adds up does not answer' },
      answers: { 200: json(stats, 'Counters over all workers', EXAMPLE) },
    },
    async () => statsOf(answers(await bus.ask(observed, null, { to: 'primary' }))[0]),
  );
}

function statsOf(seen: Observed | undefined): z.output<typeof stats> {
  if (seen === undefined) throw new Problem(503, 'no-metrics', 'the primary process does not answer');
  const { facts, minute } = seen;
  const total = overall(facts.counts);
  const upstream = overallUpstream(total);
  const perSecond = (pick: (point: HistoryPoint) => number): number =>
    rounded(
      minute.reduce((sum, point) => sum + pick(point), 0) /
        Math.max(
          1,
          minute.reduce((sum, { seconds }) => sum + seconds, 0),
        ),
    );
  const hits = Object.values(total.tiers).reduce((all, some) => all + some, 0);
  const { buckets } = total.times;
  return {
    started_at: facts.startedAt.toISOString(),
    uptime_seconds: Math.floor((facts.at - facts.startedAt.getTime()) / 1000),
    workers: facts.workers.length,
    requests: {
      total: total.requests,
      per_second: perSecond(({ requests }) => requests),
      by_status: split(total.answers, 0),
      by_cache: { ...NO_OUTCOMES, ...split(total.answers, 1) },
    },
    bytes: { total_bytes: total.bytes, per_second_bytes: perSecond(({ bytes }) => bytes) },
    cache: {
      hits,
      hits_by_tier: total.tiers,
      misses: total.misses,
      hit_rate: rounded(hits / Math.max(1, hits + total.misses)),
    },
    latency: {
      p50_ms: percentile(buckets, 0.5),
      p90_ms: percentile(buckets, 0.9),
      p99_ms: percentile(buckets, 0.99),
      p999_ms: percentile(buckets, 0.999),
    },
    upstream: {
      calls: upstream.calls,
      retries: upstream.retries,
      hedges: upstream.hedges,
      by_result: upstream.results,
    },
    errors: total.problems,
  };
}

const NO_OUTCOMES = { hit: 0, miss: 0, stale: 0, revalidated: 0, bypass: 0, none: 0 };

/** Counts of `2xx hit` and the like by one of the two words. */
function split(answered: Readonly<Tally>, word: 0 | 1): Tally {
  const sums: Tally = {};
  for (const [name, count] of Object.entries(answered)) increment(sums, name.split(' ')[word] ?? '', count);
  return sums;
}

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
