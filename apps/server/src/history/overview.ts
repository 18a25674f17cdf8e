import { z } from 'zod';
import { alertList, type AlertList } from '../alerts/alert.js';
import type { Facts, TierFacts } from '../metrics/facts.js';
import { overall } from '../metrics/counts.js';
import { rounded } from '../routes/rounded.js';
import { describeQueue, queueStats, type QueueJson } from '../routes/task-shape.js';
import { describeUpstream, upstreamFields, type UpstreamServer } from '../routes/upstream-server.js';
import { describeWorker, workerShape, type WorkerShape } from '../routes/worker-shape.js';
import { VERSION } from '../version.js';
import { healthShape, type Health } from './findings.js';
import type { Recorder } from './recorder.js';
import { historyPoint, type HistoryPoint, type Series } from './series.js';

/**
 * Everything that the dashboard shows at one moment: the answer of `GET /api/v1/overview` (with `series`) and the data of
 * every event of `GET /api/v1/events` (with `point`, the first one with `series`).
 */
export interface Overview {
  /** The event's id: seconds since the epoch. */
  readonly id: number;
  readonly at: string;
  readonly version: string;
  readonly node_version: string;
  readonly started_at: string;
  readonly uptime_seconds: number;
  readonly health: Health;
  readonly totals: Totals;
  /** The last second. */
  readonly point: HistoryPoint | null;
  readonly upstreams: readonly UpstreamRow[];
  readonly tiers: readonly TierRow[];
  readonly workers: readonly WorkerShape[];
  readonly worker_restarts: number;
  readonly in_flight: number;
  readonly alerts: AlertList;
  /** Null without HLS. */
  readonly hls: HlsRow | null;
  readonly queues: readonly QueueJson[];
}

export interface HlsRow {
  readonly sessions: number;
  /** Segments on their way now. */
  readonly transfers: number;
  /** Given to viewers in the last second. */
  readonly bytes_per_second: number;
}

/** Since the start. */
export interface Totals {
  readonly requests: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
  readonly errors: number;
}

/** One upstream, and its last minute. */
export interface UpstreamRow extends UpstreamServer {
  readonly group: string;
  /** The last minute's mean response times by the second, oldest first; null for a second without calls. */
  readonly response_times_ms: readonly (number | null)[];
  readonly calls_last_minute: number;
  readonly failures_last_minute: number;
}

/** One tier of the cache over all workers. */
export interface TierRow {
  readonly name: string;
  readonly usable: boolean;
  readonly entries: number;
  readonly max_entries: number | null;
  readonly bytes: number;
  readonly max_bytes: number | null;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly errors: number;
  /** How long Redis takes to answer; null for the others, and while it does not. */
  readonly latency_ms: number | null;
  readonly last_error: string | null;
}

/** With what has been, for a page that has just been opened. */
export interface OverviewWithSeries extends Overview {
  readonly series: Series;
}

const count = z.number().int();

const shape = {
  id: count.describe("The event's id: seconds since the epoch"),
  at: z.iso.datetime(),
  version: z.string(),
  node_version: z.string(),
  started_at: z.iso.datetime(),
  uptime_seconds: count,
  health: healthShape,
  totals: z
    .object({ requests: count, bytes: count, hits: count, misses: count, errors: count })
    .describe('Since the start'),
  point: historyPoint.nullable().describe('The last second'),
  upstreams: z.array(
    z.object({
      group: z.string().describe("The route's name"),
      ...upstreamFields,
      response_times_ms: z.array(z.number().nullable()).describe('Means of the last 60 seconds, oldest first'),
      calls_last_minute: count,
      failures_last_minute: count,
    }),
  ),
  tiers: z.array(
    z.object({
      name: z.string(),
      usable: z.boolean(),
      entries: count,
      max_entries: count.nullable(),
      bytes: count,
      max_bytes: count.nullable(),
      hits: count,
      misses: count,
      evictions: count,
      errors: count,
      latency_ms: z.number().nullable().describe('How long Redis takes to answer; null for the others'),
      last_error: z.string().nullable(),
    }),
  ),
  workers: z.array(workerShape),
  worker_restarts: count,
  in_flight: count,
  alerts: alertList,
  hls: z
    .object({
      sessions: count,
      transfers: count.describe('Segments on their way now'),
      bytes_per_second: z.number().describe('Given to viewers in the last second'),
    })
    .nullable()
    .describe('null without HLS'),
  queues: z.array(queueStats),
};

export const overviewWithSeries: z.ZodType<OverviewWithSeries> = z
  .object({
    ...shape,
    series: z.object({
      seconds: z.array(historyPoint).describe('The last 300 seconds, oldest first'),
      five_minutes: z.array(historyPoint).describe('The last day by five minutes, oldest first'),
    }),
  })
  .meta({ id: 'Overview' });

export const overviewOf = (facts: Facts, recorder: Recorder, health: Health, alerts: AlertList): Overview => ({
  id: Math.floor(facts.at / 1000),
  at: new Date(facts.at).toISOString(),
  version: VERSION,
  node_version: process.version,
  started_at: facts.startedAt.toISOString(),
  uptime_seconds: Math.floor((facts.at - facts.startedAt.getTime()) / 1000),
  health,
  totals: totalsOf(facts),
  point: recorder.latest ?? null,
  upstreams: facts.upstreams.map((view) => {
    const seconds = recorder.upstream(view.group, view.name);
    return {
      ...describeUpstream(view),
      group: view.group,
      response_times_ms: seconds.map(({ responseMs }) => (responseMs === undefined ? null : rounded(responseMs))),
      calls_last_minute: seconds.reduce((sum, { calls }) => sum + calls, 0),
      failures_last_minute: seconds.reduce((sum, { failures }) => sum + failures, 0),
    };
  }),
  tiers: facts.tiers.map((tier) => tierRow(tier, facts)),
  workers: facts.workers.map(describeWorker),
  worker_restarts: facts.restarts,
  in_flight: facts.inFlight,
  alerts,
  hls:
    facts.hls === undefined
      ? null
      : { ...facts.hls, bytes_per_second: Math.round(hlsBytes(recorder) / (recorder.latest?.seconds ?? 1)) },
  queues: facts.queues.map(describeQueue),
});

const hlsBytes = ({ lastSecond }: Recorder): number => lastSecond.routes['hls']?.bytes ?? 0;

function tierRow(
  { bytes, entries, lastError, latencyMs, maxBytes, maxEntries, name, usable }: TierFacts,
  facts: Facts,
): TierRow {
  const counts = facts.counts.tiers[name] ?? { hits: 0, misses: 0, evictions: 0, errors: 0 };
  return {
    name,
    usable,
    entries,
    max_entries: maxEntries ?? null,
    bytes,
    max_bytes: maxBytes ?? null,
    ...counts,
    latency_ms: latencyMs === undefined ? null : rounded(latencyMs),
    last_error: lastError ?? null,
  };
}

function totalsOf({ counts }: Facts): Totals {
  const { answers, bytes, misses, requests, tiers } = overall(counts);
  const sum = (entries: readonly (readonly [string, number])[]): number => entries.reduce((all, [, n]) => all + n, 0);
  return {
    requests,
    bytes,
    hits: sum(Object.entries(tiers)),
    misses,
    errors: sum(Object.entries(answers).filter(([name]) => name.startsWith('5xx'))),
  };
}
