import { noCounts, type Counts } from '../../src/metrics/counts.js';
import type { Facts } from '../../src/metrics/facts.js';
import type { UpstreamView } from '../../src/upstream-view.js';

export const upstreamOf = (more: Partial<UpstreamView> = {}): UpstreamView => ({
  group: 'images',
  name: 'one.example',
  url: 'https://one.example',
  healthy: true,
  available: true,
  enabled: true,
  circuit: 'closed',
  priority: 1,
  weight: 1,
  weightInForce: 400,
  responseTimeMs: 20,
  probeTimeMs: 15,
  inFlight: 0,
  failures: 0,
  successRate: 1,
  lastError: undefined,
  nextRetryAt: undefined,
  ...more,
});

/** A server that is well: one worker, one upstream, memory and disk. */
export const factsOf = (counts: Counts = noCounts(), more: Partial<Facts> = {}): Facts => ({
  at: 1_000_000_000_000,
  startedAt: new Date(999_999_000_000),
  counts,
  workers: [
    {
      name: 'worker-0.1',
      slot: 0,
      pid: 1,
      state: 'ready',
      restarts: 0,
      startedAt: new Date(999_999_000_000),
      health: { eventLoopDelayMean: 1, eventLoopDelayP99: 2, eventLoopDelayMax: 3, rss: 100, heapUsed: 50 },
    },
  ],
  restarts: 0,
  upstreams: [upstreamOf()],
  budgets: [{ route: 'images', retries: 10, hedges: 10 }],
  tiers: ['memory', 'disk'].map((name) => ({
    name,
    state: 'closed',
    usable: true,
    latencyMs: undefined,
    entries: 1,
    bytes: 100,
    maxEntries: undefined,
    maxBytes: 1000,
    lastError: undefined,
  })),
  inFlight: 0,
  disk: { free: 500, size: 1000 },
  queues: [],
  hls: undefined,
  ...more,
});
