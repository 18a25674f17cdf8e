import type { LoadBalancer } from './load-balancer.js';
import type { EndpointOptions } from './endpoint.js';
import type { EndpointStatus } from './status.js';

export type AlertCode = 'no-endpoint' | 'panic' | 'endpoint-blocked' | 'endpoint-unhealthy' | 'low-success-rate';

/** Something that an operator should know, for as long as it is so. */
export interface BalancerAlert {
  readonly code: AlertCode;
  readonly severity: 'critical' | 'warning';
  readonly group: string;
  readonly endpoint?: string;
  readonly message: string;
}

/** One value for a metrics system, named after Prometheus' rules. */
export interface MetricSample {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ManagerOptions {
  /** 0…1; an endpoint whose moving success rate is lower raises an alert. @default 0.8 */
  readonly alertSuccessRate?: number;
}

/** Looks after many balancers by name: their states, alerts and metrics in one place. */
export class LoadBalancerManager<E extends EndpointOptions = EndpointOptions> {
  readonly #groups = new Map<string, LoadBalancer<E>>();
  readonly #alertSuccessRate: number;

  /** @throws RangeError for an option out of its bounds */
  constructor(options: ManagerOptions = {}) {
    this.#alertSuccessRate = options.alertSuccessRate ?? 0.8;
    if (!(this.#alertSuccessRate >= 0 && this.#alertSuccessRate <= 1)) {
      throw new RangeError(`alertSuccessRate must be a number from 0 to 1, not ${this.#alertSuccessRate}`);
    }
  }

  /** @throws RangeError if the name is taken */
  add(group: string, balancer: LoadBalancer<E>): LoadBalancer<E> {
    if (this.#groups.has(group)) throw new RangeError(`group must be a name that is free, not ${group}`);
    this.#groups.set(group, balancer);
    return balancer;
  }

  get(group: string): LoadBalancer<E> | undefined {
    return this.#groups.get(group);
  }

  /** Whether there was one. */
  remove(group: string): boolean {
    return this.#groups.delete(group);
  }

  names(): readonly string[] {
    return [...this.#groups.keys()];
  }

  status(): Readonly<Record<string, readonly EndpointStatus<E>[]>> {
    return Object.fromEntries([...this.#groups].map(([group, balancer]) => [group, balancer.status()]));
  }

  formatStatus(): string {
    return [...this.#groups].map(([group, balancer]) => `${group}\n${balancer.formatStatus()}`).join('\n\n');
  }

  /** Resets one endpoint of a group, a group, or all. */
  reset(group?: string, endpoint?: string): void {
    for (const [name, balancer] of this.#groups) if (group === undefined || group === name) balancer.reset(endpoint);
  }

  alerts(): readonly BalancerAlert[] {
    return [...this.#groups].flatMap(([group, balancer]) => {
      const statuses = balancer.status();
      const alerts: BalancerAlert[] = [];
      if (!statuses.some(({ available }) => available)) {
        alerts.push({
          code: 'no-endpoint',
          severity: 'critical',
          group,
          message: `${group}: no endpoint is available`,
        });
      }
      if (balancer.stats().panic) {
        alerts.push({
          code: 'panic',
          severity: 'critical',
          group,
          message: `${group}: too few endpoints are fit, health is ignored`,
        });
      }
      for (const status of statuses) {
        const found = alertFor(status, this.#alertSuccessRate);
        if (!found) continue;
        const message = `${group}: ${status.name} ${found.says}${status.lastError === undefined ? '' : ` (${status.lastError})`}`;
        alerts.push({ code: found.code, severity: 'warning', group, endpoint: status.name, message });
      }
      return alerts;
    });
  }

  metrics(): readonly MetricSample[] {
    return [...this.#groups].flatMap(([group, balancer]) => {
      const stats = balancer.stats();
      const ofGroup = groupMetrics.map(({ key, ...rest }) => ({
        ...rest,
        labels: { group },
        value: Number(stats[key]),
      }));
      const ofEndpoints = balancer.status().flatMap((status) =>
        endpointMetrics.map(({ name, value, ...rest }) => ({
          ...rest,
          name: `forebay_balancer_endpoint_${name}`,
          labels: { group, endpoint: status.name },
          value: value(status),
        })),
      );
      return [...ofGroup, ...ofEndpoints];
    });
  }
}

function alertFor(
  status: EndpointStatus<EndpointOptions>,
  leastSuccessRate: number,
): { readonly code: AlertCode; readonly says: string } | undefined {
  if (!status.enabled) return undefined;
  if (!status.healthy) return { code: 'endpoint-unhealthy', says: 'is unhealthy' };
  if (status.circuit !== 'closed' || status.ejectedUntil !== undefined)
    return { code: 'endpoint-blocked', says: 'is blocked' };
  if (status.successRate >= leastSuccessRate) return undefined;
  return { code: 'low-success-rate', says: `answers only ${Math.round(status.successRate * 100)} % of its calls` };
}

const groupMetrics = [
  { key: 'calls', name: 'forebay_balancer_calls_total', type: 'counter', help: 'Calls' },
  { key: 'attempts', name: 'forebay_balancer_attempts_total', type: 'counter', help: 'Attempts of calls' },
  { key: 'retries', name: 'forebay_balancer_retries_total', type: 'counter', help: 'Attempts after a failed one' },
  { key: 'hedges', name: 'forebay_balancer_hedges_total', type: 'counter', help: 'Attempts beside a slow one' },
  { key: 'exhausted', name: 'forebay_balancer_exhausted_total', type: 'counter', help: 'Calls that failed everywhere' },
  { key: 'panic', name: 'forebay_balancer_panic', type: 'gauge', help: 'Whether health is ignored' },
] as const;

interface EndpointMetric extends Omit<MetricSample, 'labels' | 'value'> {
  readonly value: (status: EndpointStatus<EndpointOptions>) => number;
}

const circuitValues = { closed: 0, 'half-open': 1, open: 2 } as const;

const endpointMetrics: readonly EndpointMetric[] = [
  {
    name: 'available',
    type: 'gauge',
    help: 'Whether it may be picked',
    value: ({ available }) => Number(available),
  },
  { name: 'healthy', type: 'gauge', help: 'What active probes say', value: ({ healthy }) => Number(healthy) },
  {
    name: 'circuit',
    type: 'gauge',
    help: '0 closed, 1 half-open, 2 open',
    value: ({ circuit }) => circuitValues[circuit],
  },
  { name: 'in_flight', type: 'gauge', help: 'Calls that have not settled', value: ({ inFlight }) => inFlight },
  { name: 'weight', type: 'gauge', help: 'Weight in force', value: ({ weightInForce }) => weightInForce },
  { name: 'success_ratio', type: 'gauge', help: 'Moving success rate', value: ({ successRate }) => successRate },
  {
    name: 'response_time_seconds',
    type: 'gauge',
    help: 'Average response time',
    value: ({ responseTimeMs }) => (responseTimeMs ?? 0) / 1000,
  },
  { name: 'picks_total', type: 'counter', help: 'Times it was picked', value: ({ picks }) => picks },
  { name: 'successes_total', type: 'counter', help: 'Attempts that succeeded', value: ({ successes }) => successes },
  {
    name: 'failures_total',
    type: 'counter',
    help: 'Attempts that failed',
    value: ({ failuresTotal }) => failuresTotal,
  },
];
