import type { OriginStatus } from '@forebay/balancer/undici';

/** One upstream server as `GET /status` shows it, from one worker's point of view or several combined. */
export interface UpstreamView {
  readonly group: string;
  readonly name: string;
  readonly url: string;
  readonly healthy: boolean;
  readonly available: boolean;
  readonly enabled: boolean;
  readonly circuit: 'closed' | 'open' | 'half-open';
  readonly priority: number;
  readonly weight: number;
  readonly weightInForce: number;
  readonly responseTimeMs: number | undefined;
  readonly probeTimeMs: number | undefined;
  readonly inFlight: number;
  readonly failures: number;
  readonly successRate: number;
  readonly lastError: string | undefined;
  readonly nextRetryAt: number | undefined;
}

export function viewOf(group: string, status: OriginStatus): UpstreamView {
  const { blockedUntil, heldUntil, ejectedUntil, ...rest } = status;
  const waits = [blockedUntil, heldUntil, ejectedUntil].filter((until) => until !== undefined);
  return {
    group,
    name: rest.name,
    url: rest.url,
    healthy: rest.healthy,
    available: rest.available,
    enabled: rest.enabled,
    circuit: rest.circuit,
    priority: rest.priority,
    weight: rest.weight,
    weightInForce: rest.weightInForce,
    responseTimeMs: rest.responseTimeMs,
    probeTimeMs: rest.probeTimeMs,
    inFlight: rest.inFlight,
    failures: rest.failures,
    successRate: rest.successRate,
    lastError: rest.lastError,
    nextRetryAt: waits.length === 0 ? undefined : Math.max(...waits),
  };
}

const WORST_FIRST = ['open', 'half-open', 'closed'] as const;

/** One view of each upstream out of what all workers see: averages of what is measured, sums of what is counted, the worst of what is judged. */
export function combineViews(views: readonly UpstreamView[]): UpstreamView[] {
  const byId = new Map<string, UpstreamView[]>();
  for (const view of views) {
    const id = `${view.group} ${view.name}`;
    byId.set(id, [...(byId.get(id) ?? []), view]);
  }
  return [...byId.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    return [
      {
        ...first,
        healthy: same.every(({ healthy }) => healthy),
        available: same.some(({ available }) => available),
        circuit: WORST_FIRST.find((state) => same.some(({ circuit }) => circuit === state)) ?? first.circuit,
        weightInForce: mean(same.map(({ weightInForce }) => weightInForce)) ?? 0,
        responseTimeMs: mean(same.map(({ responseTimeMs }) => responseTimeMs)),
        probeTimeMs: mean(same.map(({ probeTimeMs }) => probeTimeMs)),
        inFlight: same.reduce((sum, { inFlight }) => sum + inFlight, 0),
        failures: Math.max(...same.map(({ failures }) => failures)),
        successRate: mean(same.map(({ successRate }) => successRate)) ?? 1,
        lastError: same.map(({ lastError }) => lastError).find((error) => error !== undefined),
        nextRetryAt: latest(same.map(({ nextRetryAt }) => nextRetryAt)),
      },
    ];
  });
}

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function latest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
