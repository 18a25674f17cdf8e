import type { Facts } from '../facts.js';
import type { Family, Labels } from '../family.js';
import { distributionOf } from '../latency-histogram.js';

const routes = ({ counts }: Facts) => Object.entries(counts.routes);

/** Requests of clients, by route. */
export const trafficFamilies: readonly Family[] = [
  {
    name: 'forebay_http_requests_total',
    help: 'Proxied requests answered.',
    type: 'counter',
    labels: ['route', 'code', 'cache'],
    samples: (facts) =>
      routes(facts).flatMap(([route, { answers }]) =>
        Object.entries(answers).map(([name, count]): readonly [Labels, number] => {
          const [code = '', cache = ''] = name.split(' ');
          return [{ route, code, cache }, count];
        }),
      ),
  },
  {
    name: 'forebay_http_response_body_bytes_total',
    help: 'Body bytes given to clients.',
    type: 'counter',
    labels: ['route'],
    samples: (facts) => routes(facts).map(([route, { bytes }]) => [{ route }, bytes]),
  },
  {
    name: 'forebay_http_request_duration_seconds',
    help: 'From a request to the end of its answer.',
    type: 'histogram',
    labels: ['route'],
    samples: (facts) => routes(facts).map(([route, { times }]) => [{ route }, distributionOf(times)]),
  },
  {
    name: 'forebay_http_problems_total',
    help: 'Answers that were problems of the server itself, by status.',
    type: 'counter',
    labels: ['route', 'status'],
    samples: (facts) =>
      routes(facts).flatMap(([route, { problems }]) =>
        Object.entries(problems).map(([status, count]): readonly [Labels, number] => [{ route, status }, count]),
      ),
  },
  {
    name: 'forebay_cache_hits_total',
    help: 'Requests answered from the cache, by the tier that had the answer.',
    type: 'counter',
    labels: ['route', 'tier'],
    samples: (facts) =>
      routes(facts).flatMap(([route, { tiers }]) =>
        Object.entries(tiers).map(([tier, count]): readonly [Labels, number] => [{ route, tier }, count]),
      ),
  },
  {
    name: 'forebay_cache_misses_total',
    help: 'Requests that found nothing usable in the cache.',
    type: 'counter',
    labels: ['route'],
    samples: (facts) => routes(facts).map(([route, { misses }]) => [{ route }, misses]),
  },
  {
    name: 'forebay_http_requests_in_flight',
    help: 'Proxied requests under way that are not answered from memory.',
    type: 'gauge',
    labels: [],
    samples: ({ inFlight }) => [[{}, inFlight]],
  },
  {
    name: 'forebay_http_requests_shed_total',
    help: 'Requests refused because the server could not keep up.',
    type: 'counter',
    labels: [],
    samples: ({ counts }) => [[{}, counts.shed]],
  },
];
