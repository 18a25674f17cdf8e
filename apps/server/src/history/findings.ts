import { z } from 'zod';
import type { Facts } from '../metrics/facts.js';
import type { UpstreamView } from '../upstream-view.js';

export type FindingCode = 'route-down' | 'upstream-out' | 'tier-down' | 'worker-down';

/** Something that is wrong now. */
export interface Finding {
  readonly code: FindingCode;
  /** What it is about: a route, `route upstream`, a tier, a worker. */
  readonly subject: string;
  readonly detail: string;
  /** What to do about it. */
  readonly advice: string;
  readonly since: string;
}

export interface Health {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  /** When the status became what it is. */
  readonly since: string;
  readonly findings: readonly Finding[];
}

export const healthShape: z.ZodType<Health> = z
  .object({
    status: z.enum(['healthy', 'degraded', 'unhealthy']),
    since: z.iso.datetime().describe('When the status became what it is'),
    findings: z.array(
      z.object({
        code: z.enum(['route-down', 'upstream-out', 'tier-down', 'worker-down']),
        subject: z.string().describe('A route, "route upstream", a tier or a worker'),
        detail: z.string(),
        advice: z.string().describe('What to do about it'),
        since: z.iso.datetime(),
      }),
    ),
  })
  .meta({ id: 'HealthFindings' });

type Found = Omit<Finding, 'since'>;

/** What is wrong, in the order of how bad it is. Drained on purpose is not wrong. */
export function findProblems({ tiers, upstreams, workers }: Facts): Found[] {
  const routes = [...new Set(upstreams.map(({ group }) => group))];
  return [
    ...routes.flatMap((group) => {
      const views = upstreams.filter((view) => view.group === group);
      return views.some(({ available }) => available) ? [] : [routeDown(group, views)];
    }),
    ...upstreams.filter(({ available, enabled }) => !available && enabled).map(upstreamOut),
    ...tiers
      .filter(({ usable }) => !usable)
      .map(({ lastError, name }): Found => ({
        code: 'tier-down',
        subject: name,
        detail: `the ${name} cache does not answer${lastError === undefined ? '' : `: ${lastError}`}`,
        advice:
          name === 'redis'
            ? 'See that Redis runs and can be reached; the disk stands in meanwhile.'
            : 'See that the disk can be written and is not full; memory stands in meanwhile.',
      })),
    ...workers
      .filter(({ state }) => state === 'restarting' || state === 'hung')
      .map(({ restarts, slot, state }): Found => ({
        code: 'worker-down',
        subject: `worker ${slot}`,
        detail: `worker ${slot} is ${state}, after ${restarts} restarts`,
        advice: 'It is replaced by itself; if it happens again, the log says why it died.',
      })),
  ];
}

function routeDown(group: string, views: readonly UpstreamView[]): Found {
  return {
    code: 'route-down',
    subject: group,
    detail: `no upstream of ${group} may be tried (${views.length} of ${views.length} are out)`,
    advice: 'See that the upstreams run and can be reached from here; stale copies are served where there are any.',
  };
}

function upstreamOut({ circuit, group, healthy, lastError, name, nextRetryAt }: UpstreamView): Found {
  const why = healthy
    ? circuit === 'closed'
      ? 'it asked to be left alone'
      : 'it failed too often'
    : 'its probes fail';
  const next = nextRetryAt === undefined ? '' : '; it is tried again by itself';
  return {
    code: 'upstream-out',
    subject: `${group} ${name}`,
    detail: `${name} gets no requests: ${why}${lastError === undefined ? '' : ` (${lastError})`}`,
    advice: `See that it runs and answers${next}. Drain it if it is meant to be away, reset it once it is back.`,
  };
}

export interface SinceState {
  readonly status: Health['status'];
  readonly since: number;
  readonly firstSeen: readonly (readonly [string, number])[];
}

/** Remembers since when each thing has been wrong. */
export class Findings {
  #status: Health['status'] | undefined;
  #since = 0;
  #firstSeen: Map<string, number>;

  constructor(state?: SinceState) {
    this.#status = state?.status;
    this.#since = state?.since ?? 0;
    this.#firstSeen = new Map(state?.firstSeen);
  }

  assess(facts: Facts): Health {
    const found = findProblems(facts);
    const seen = new Map(
      found.map(({ code, subject }) => {
        const id = `${code} ${subject}`;
        return [id, this.#firstSeen.get(id) ?? facts.at];
      }),
    );
    this.#firstSeen = seen;
    const status = statusOf(facts, found);
    if (status !== this.#status) this.#since = this.#status === undefined ? facts.startedAt.getTime() : facts.at;
    this.#status = status;
    return {
      status,
      since: new Date(this.#since).toISOString(),
      findings: found.map((finding) => ({
        ...finding,
        since: new Date(seen.get(`${finding.code} ${finding.subject}`) ?? facts.at).toISOString(),
      })),
    };
  }

  state(): SinceState | undefined {
    return this.#status === undefined
      ? undefined
      : { status: this.#status, since: this.#since, firstSeen: [...this.#firstSeen] };
  }
}

/** As `GET /health` has it: unhealthy when no route is left. */
function statusOf({ upstreams }: Facts, found: readonly Found[]): Health['status'] {
  if (found.length === 0) return 'healthy';
  return upstreams.length > 0 && upstreams.every(({ available }) => !available) ? 'unhealthy' : 'degraded';
}
