import { z } from 'zod';
import { json } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import type { TierState } from '../parts/tier-states.js';
import type { UpstreamView } from '../upstream-view.js';
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

const report = z.object({
  status: z.enum(['healthy', 'degraded', 'unhealthy']),
  version: z.string(),
  uptime_seconds: z.number().int(),
  problems: z.array(z.string()),
});
const alive = z.object({ status: z.literal('healthy'), uptime_seconds: z.number().int() });
const readiness = z.object({ status: z.enum(['healthy', 'unhealthy']), problems: z.array(z.string()).optional() });

export function healthRoutes(app: ManagementApp, sources: HealthSources): void {
  const uptime = (): number => Math.floor((Date.now() - sources.startedAt.getTime()) / 1000);
  const shared = { method: 'get', tag: 'Health', access: 'anyone' } as const;
  const well = { status: 'healthy', version: '1.0.0', uptime_seconds: 3600, problems: [] } as const;
  app.serve(
    {
      ...shared,
      path: '/health',
      summary: 'Tell how the server is',
      description:
        'degraded: something is missing and everything is served, an upstream or Redis. unhealthy: no route has an upstream left.',
      answers: {
        200: json(report, 'Healthy or degraded', well),
        503: json(report, 'Unhealthy', {
          ...well,
          status: 'unhealthy',
          problems: ['tmdb-image: 1 of 1 upstreams are out'],
        }),
      },
    },
    ({ c }) => {
      const { status, problems } = assess(sources);
      const told = { status, version: VERSION, uptime_seconds: uptime(), problems };
      return status === 'unhealthy' ? c.json(told, 503) : told;
    },
  );
  // About the process alone: a Redis or an upstream that is away is no reason to restart it.
  app.serve(
    {
      ...shared,
      path: '/health/live',
      summary: 'Tell whether the process lives',
      answers: { 200: json(alive, 'It does', { status: 'healthy', uptime_seconds: 3600 }) },
    },
    () => ({ status: 'healthy', uptime_seconds: uptime() }) as const,
  );
  app.serve(
    {
      ...shared,
      path: '/health/ready',
      summary: 'Tell whether the server takes requests',
      answers: {
        200: json(readiness, 'It does', { status: 'healthy' }),
        503: {
          ...json(readiness, 'It is draining', { status: 'unhealthy', problems: ['the server is draining'] }),
          headers: { 'Retry-After': 'Seconds' },
        },
      },
    },
    ({ c }) => {
      if (!sources.draining()) return { status: 'healthy' } as const;
      c.header('Retry-After', '5');
      return c.json({ status: 'unhealthy', problems: ['the server is draining'] }, 503);
    },
  );
}

function groupBy(views: readonly UpstreamView[]): Map<string, UpstreamView[]> {
  const groups = new Map<string, UpstreamView[]>();
  for (const view of views) groups.set(view.group, [...(groups.get(view.group) ?? []), view]);
  return groups;
}
