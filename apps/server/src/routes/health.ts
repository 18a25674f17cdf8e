import type { TierState } from '../parts/tier-states.js';
import type { UpstreamView } from '../upstream-view.js';
import { onlyMethods, type ManagementApp } from './management.js';
import { VERSION } from '../version.js';

export interface HealthSources {
  readonly draining: () => boolean;
  readonly upstreams: () => readonly UpstreamView[];
  /** The tiers below memory, and whether they answer. */
  readonly tiers: () => readonly TierState[];
  readonly startedAt: Date;
}

export interface HealthReport {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly problems: readonly string[];
}

/** `unhealthy`: some route has no upstream that may be tried. `degraded`: something is missing, and everything is served. */
export function assess(sources: HealthSources): HealthReport {
  const problems: string[] = [];
  let status: HealthReport['status'] = 'healthy';
  const groups = groupBy(sources.upstreams());
  let down = 0;
  for (const [group, views] of groups) {
    const missing = views.filter(({ available }) => !available);
    if (missing.length === 0) continue;
    status = 'degraded';
    problems.push(
      `${group}: ${missing.length} of ${views.length} upstreams are out (${missing.map(({ name }) => name).join(', ')})`,
    );
    if (missing.length === views.length) down += 1;
  }
  if (groups.size > 0 && down === groups.size) status = 'unhealthy';
  for (const tier of sources.tiers()) {
    if (tier.usable) continue;
    if (status === 'healthy') status = 'degraded';
    problems.push(`the ${tier.name} cache does not answer`);
  }
  return { status, problems };
}

export function healthRoutes(app: ManagementApp, sources: HealthSources): void {
  const uptime = (): number => Math.floor((Date.now() - sources.startedAt.getTime()) / 1000);
  app.get('/health', (c) => {
    const { status, problems } = assess(sources);
    return c.json({ status, version: VERSION, uptime_seconds: uptime(), problems }, status === 'unhealthy' ? 503 : 200);
  });
  // About the process alone: a Redis or an upstream that is away is no reason to restart it.
  app.get('/health/live', (c) => c.json({ status: 'healthy', uptime_seconds: uptime() }));
  app.get('/health/ready', (c) => {
    if (!sources.draining()) return c.json({ status: 'healthy' });
    c.header('Retry-After', '5');
    return c.json({ status: 'unhealthy', problems: ['the server is draining'] }, 503);
  });
  for (const path of ['/health', '/health/live', '/health/ready']) onlyMethods(app, path, 'GET', 'HEAD');
}

function groupBy(views: readonly UpstreamView[]): Map<string, UpstreamView[]> {
  const groups = new Map<string, UpstreamView[]>();
  for (const view of views) groups.set(view.group, [...(groups.get(view.group) ?? []), view]);
  return groups;
}
