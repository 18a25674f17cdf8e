import type { UpstreamView } from '../../upstream-view.js';
import type { UpstreamCounts } from '../counts.js';
import type { Facts } from '../facts.js';
import type { Family, Labels } from '../family.js';
import { distributionOf } from '../latency-histogram.js';

const labels = ['route', 'upstream'];

const counted = (facts: Facts): (readonly [Labels, UpstreamCounts])[] =>
  Object.entries(facts.counts.routes).flatMap(([route, { upstreams }]) =>
    Object.entries(upstreams).map(([upstream, counts]): readonly [Labels, UpstreamCounts] => [
      { route, upstream },
      counts,
    ]),
  );

const gauge = (name: string, help: string, read: (view: UpstreamView) => number | undefined): Family => ({
  name: `forebay_upstream_${name}`,
  help,
  type: 'gauge',
  labels,
  samples: ({ upstreams }) =>
    upstreams.flatMap((view) => {
      const value = read(view);
      return value === undefined ? [] : [[{ route: view.group, upstream: view.name }, value] as const];
    }),
});

const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);

const CIRCUITS = { closed: 0, 'half-open': 1, open: 2 } as const;

/** What was asked of the upstreams, and how they are. */
export const upstreamFamilies: readonly Family[] = [
  {
    name: 'forebay_upstream_requests_total',
    help: 'Attempts at upstreams, by status class or error code.',
    type: 'counter',
    labels: [...labels, 'result'],
    samples: (facts) =>
      counted(facts).flatMap(([where, { results }]) =>
        Object.entries(results).map(([result, count]): readonly [Labels, number] => [{ ...where, result }, count]),
      ),
  },
  {
    name: 'forebay_upstream_request_duration_seconds',
    help: 'From an attempt to the beginning of its answer, or its failure.',
    type: 'histogram',
    labels,
    samples: (facts) => counted(facts).map(([where, { times }]) => [where, distributionOf(times)]),
  },
  {
    name: 'forebay_upstream_extra_attempts_total',
    help: 'Attempts beyond the first: retry, hedge (a second one while the first is late), resume (of a broken body).',
    type: 'counter',
    labels: [...labels, 'kind'],
    samples: (facts) =>
      counted(facts).flatMap(([where, { retries, hedges, resumes }]) => [
        [{ ...where, kind: 'retry' }, retries],
        [{ ...where, kind: 'hedge' }, hedges],
        [{ ...where, kind: 'resume' }, resumes],
      ]),
  },
  gauge('healthy', '1 while the probes find it well.', ({ healthy }) => Number(healthy)),
  gauge('available', '1 while requests may be sent to it.', ({ available }) => Number(available)),
  gauge('enabled', '0 while it is drained by hand.', ({ enabled }) => Number(enabled)),
  gauge(
    'circuit_state',
    'Circuit breaker: 0 closed, 1 half-open, 2 open; the worst of all workers.',
    ({ circuit }) => CIRCUITS[circuit],
  ),
  gauge('weight', 'Weight as configured or set by hand.', ({ weight }) => weight),
  gauge('weight_in_force', 'Weight that the balancer computed.', ({ weightInForce }) => weightInForce),
  gauge('response_time_seconds', 'Moving average of the time until an answer begins.', ({ responseTimeMs }) =>
    seconds(responseTimeMs),
  ),
  gauge('probe_time_seconds', 'How long the last health probe took.', ({ probeTimeMs }) => seconds(probeTimeMs)),
  gauge('in_flight', 'Attempts under way.', ({ inFlight }) => inFlight),
  gauge('success_ratio', 'Moving share of attempts that succeeded, from 0 to 1.', ({ successRate }) => successRate),
  {
    name: 'forebay_upstream_budget_attempts',
    help: 'Extra attempts that could be made now, by kind, over all workers.',
    type: 'gauge',
    labels: ['route', 'kind'],
    samples: ({ budgets }) =>
      budgets.flatMap(({ route, retries, hedges }) => [
        [{ route, kind: 'retry' }, retries],
        [{ route, kind: 'hedge' }, hedges],
      ]),
  },
];
