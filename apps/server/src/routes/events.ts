import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { z } from 'zod';
import { Problem } from '@forebay/reverse-proxy';
import { json, plain } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import { exampleAlert } from '../alerts/alert.js';
import type { EventClients } from '../history/event-clients.js';
import { overviewWithSeries, type OverviewWithSeries } from '../history/overview.js';
import type { HistoryPoint } from '../history/series.js';
import { answers, type Bus } from '../process/messages.js';
import { overviewJson } from '../topics.js';
import { exampleQueue } from './task-shape.js';
import { exampleServer } from './upstream-server.js';
import { exampleWorker } from './worker-shape.js';

const tag = 'Dashboard';

const young = z.object({
  since: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .optional()
    .describe('The id of the last overview seen: only what is younger comes in series'),
});

/** `/api/v1/overview` and `/api/v1/events`: what the dashboard shows, asked for or pushed. */
export function eventRoutes(app: ManagementApp, bus: Bus, clients: EventClients): void {
  app.serve(
    {
      method: 'get',
      path: '/api/v1/overview',
      tag,
      summary: 'Show everything that the dashboard shows',
      description: 'For clients that cannot listen to /api/v1/events.',
      query: young,
      answers: { 200: json(overviewWithSeries, 'The server at this moment, and what has been', EXAMPLE) },
      problems: { 503: 'The process that adds up does not answer' },
    },
    async ({ c, query: { since } }) => {
      const [text] = answers(await bus.ask(overviewJson, { since }, { to: 'primary' }));
      if (text === undefined) throw new Problem(503, 'no-metrics', 'the primary process does not answer');
      return c.body(text, 200, { 'Content-Type': 'application/json' });
    },
  );
  app.serve(
    {
      method: 'get',
      path: '/api/v1/events',
      tag,
      summary: 'Listen to the overview, once a second',
      description:
        'Server-Sent Events named "overview", with ids. The data is an Overview; the first one has series, from Last-Event-ID on where that is given. A client that does not read is dropped.',
      answers: { 200: plain('A stream that does not end', 'text/event-stream') },
      problems: { 503: 'Twenty clients listen already; ask for /api/v1/overview instead' },
    },
    async ({ c }) => {
      if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
      const since = /^\d{1,12}$/.exec(c.req.header('last-event-id') ?? '')?.[0];
      const headers = {
        'x-request-id': c.get('requestId'),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      };
      const listening = await clients.add(c.env.outgoing, since === undefined ? undefined : Number(since), headers);
      if (listening) return RESPONSE_ALREADY_SENT;
      throw new Problem(503, 'too-many-listeners', 'as many clients listen as may; ask for /api/v1/overview instead', {
        retryAfterMs: 10_000,
      });
    },
  );
}

const POINT: HistoryPoint = {
  at: '2026-01-01T01:00:00.000Z',
  seconds: 1,
  requests: 12,
  hits: { memory: 10, disk: 1 },
  misses: 1,
  bytes: 240_000,
  errors: 0,
  p50_ms: 0.063,
  p90_ms: 1.9,
  p99_ms: 48.5,
  upstream_calls: 1,
  upstream_failures: 0,
};

const EXAMPLE: OverviewWithSeries = {
  id: 1_767_229_200,
  at: '2026-01-01T01:00:00.000Z',
  version: '1.0.0',
  node_version: 'v22.0.0',
  started_at: '2026-01-01T00:00:00.000Z',
  uptime_seconds: 3600,
  health: {
    status: 'degraded',
    since: '2026-01-01T00:59:30.000Z',
    findings: [
      {
        code: 'route-down',
        subject: 'tmdb-image',
        detail: 'no upstream of tmdb-image may be tried (1 of 1 are out)',
        advice: 'See that the upstreams run and can be reached from here.',
        since: '2026-01-01T00:59:30.000Z',
      },
    ],
  },
  totals: { requests: 43_200, bytes: 864_000_000, hits: 41_000, misses: 2200, errors: 3 },
  point: POINT,
  upstreams: [
    {
      ...exampleServer,
      group: 'tmdb-image',
      response_times_ms: [48.1, null, 47.2],
      calls_last_minute: 52,
      failures_last_minute: 0,
    },
  ],
  tiers: [
    {
      name: 'memory',
      usable: true,
      entries: 900,
      max_entries: 1000,
      bytes: 18_000_000,
      max_bytes: 268_435_456,
      hits: 40_000,
      misses: 3200,
      evictions: 12,
      errors: 0,
      latency_ms: null,
      last_error: null,
    },
  ],
  workers: [exampleWorker],
  worker_restarts: 0,
  in_flight: 2,
  alerts: { active: [exampleAlert], history: [] },
  hls: { sessions: 40, transfers: 12, bytes_per_second: 15_000_000 },
  queues: [exampleQueue],
  series: { seconds: [POINT], five_minutes: [{ ...POINT, seconds: 300 }] },
};
