import { percentile } from '../metrics/latency-histogram.js';
import { sumCounts } from '../metrics/totals.js';
import type { ConfigEntry } from '../config/entries.js';
import { answers, type Bus } from '../process/messages.js';
import type { WorkerStatus } from '../process/roles.js';
import { fleetStatus, traffic, upstreamStatus } from '../topics.js';
import { combineViews, type UpstreamView } from '../upstream-view.js';
import { VERSION } from '../version.js';
import { onlyMethods, type ManagementApp } from './management.js';

/** `/status`, `/stats` and `/config`, right over all workers. */
export function statusRoutes(app: ManagementApp, bus: Bus, entries: readonly ConfigEntry[]): void {
  app.get('/status', async (c) => {
    const [fleet] = answers(await bus.ask(fleetStatus, null, { to: 'primary' }));
    const views = combineViews(answers(await bus.ask(upstreamStatus, null, { to: 'workers' })).flat());
    const startedAt = fleet?.startedAt ?? new Date();
    return c.json({
      version: VERSION,
      node_version: process.version,
      started_at: startedAt.toISOString(),
      uptime_seconds: secondsSince(startedAt),
      workers: (fleet?.workers ?? []).map(describeWorker),
      upstream_groups: groupsOf(views),
      alerts: [],
    });
  });

  app.get('/stats', async (c) => {
    const [fleet] = answers(await bus.ask(fleetStatus, null, { to: 'primary' }));
    const workers = answers(await bus.ask(traffic, null, { to: 'workers' }));
    const total = sumCounts(workers.map(({ counts }) => counts));
    const startedAt = fleet?.startedAt ?? new Date();
    const sum = (pick: (worker: (typeof workers)[number]) => number): number =>
      rounded(workers.reduce((whole, worker) => whole + pick(worker), 0));
    const hits = Object.values(total.byTier).reduce((all, count) => all + count, 0);
    return c.json({
      started_at: startedAt.toISOString(),
      uptime_seconds: secondsSince(startedAt),
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
      latency: Object.fromEntries(
        [0.5, 0.9, 0.99, 0.999].map((share) => [
          `p${String(share * 100).replace('.', '')}_ms`,
          percentile(total.latencies, share),
        ]),
      ),
      upstream: {
        calls: total.upstream.calls,
        retries: total.upstream.retries,
        hedges: total.upstream.hedges,
        by_result: total.upstream.byResult,
      },
      errors: total.problems,
    });
  });

  app.get('/config', (c) =>
    c.json(
      Object.fromEntries(
        entries.map(({ variable, value, unit, source }) => [
          variable,
          { value, ...(unit === undefined ? {} : { unit }), source },
        ]),
      ),
    ),
  );
  for (const path of ['/status', '/stats', '/config']) onlyMethods(app, path, 'GET', 'HEAD');
}

function describeWorker(worker: WorkerStatus): object {
  const { health } = worker;
  return {
    name: worker.name,
    pid: worker.pid,
    state: worker.state,
    restarts: worker.restarts,
    started_at: worker.startedAt.toISOString(),
    event_loop_delay_mean_ms: health === undefined ? null : rounded(health.eventLoopDelayMean),
    event_loop_delay_p99_ms: health === undefined ? null : rounded(health.eventLoopDelayP99),
    event_loop_delay_max_ms: health === undefined ? null : rounded(health.eventLoopDelayMax),
    rss_bytes: health?.rss ?? null,
    heap_used_bytes: health?.heapUsed ?? null,
  };
}

function groupsOf(views: readonly UpstreamView[]): object[] {
  const names = [...new Set(views.map(({ group }) => group))];
  return names.map((name) => ({ name, servers: views.filter(({ group }) => group === name).map(describeUpstream) }));
}

export function describeUpstream(view: UpstreamView): object {
  return {
    name: view.name,
    url: view.url,
    healthy: view.healthy,
    available: view.available,
    enabled: view.enabled,
    circuit: view.circuit,
    priority: view.priority,
    weight: view.weight,
    weight_in_force: rounded(view.weightInForce),
    response_time_ms: view.responseTimeMs === undefined ? null : rounded(view.responseTimeMs),
    probe_time_ms: view.probeTimeMs === undefined ? null : rounded(view.probeTimeMs),
    in_flight: view.inFlight,
    consecutive_failures: view.failures,
    success_rate: rounded(view.successRate),
    last_error: view.lastError ?? null,
    next_retry_at: view.nextRetryAt === undefined ? null : new Date(view.nextRetryAt).toISOString(),
  };
}

const lowerCaseKeys = (record: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(record).map(([name, count]) => [name.toLowerCase(), count]));

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

const secondsSince = (then: Date): number => Math.floor((Date.now() - then.getTime()) / 1000);
