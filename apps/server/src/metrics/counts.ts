import { addLatencies, emptyLatencies, type LatencyCounts } from './latency-histogram.js';

/** Counts by name. Names come from code and configuration, never from a request. */
export type Tally = Record<string, number>;

/** Observed times: by bucket, and their sum in ms. */
export interface Times {
  readonly buckets: LatencyCounts;
  sum: number;
}

/** What was asked of one upstream server. */
export interface UpstreamCounts {
  calls: number;
  retries: number;
  hedges: number;
  resumes: number;
  /** By what became of them: a status class or an error code. */
  readonly results: Tally;
  /** Until the answer began. */
  readonly times: Times;
}

/** What one route has done since it started; plain data that can be sent and added up. */
export interface RouteCounts {
  requests: number;
  bytes: number;
  /** By status class and cache outcome: `2xx hit`. */
  readonly answers: Tally;
  /** Hits by tier. */
  readonly tiers: Tally;
  /** Requests that found nothing usable in the cache. */
  misses: number;
  /** Answers that were problems of Forebay's own, by status. */
  readonly problems: Tally;
  readonly times: Times;
  readonly upstreams: Record<string, UpstreamCounts>;
}

/** What one tier of a cache did. */
export interface TierCounts {
  hits: number;
  misses: number;
  evictions: number;
  errors: number;
}

/** What one process, or all of them, have counted. */
export interface Counts {
  readonly routes: Record<string, RouteCounts>;
  readonly tiers: Record<string, TierCounts>;
  /** Requests refused because the process could not keep up. */
  shed: number;
}

const noTimes = (): Times => ({ buckets: emptyLatencies(), sum: 0 });

export const noUpstreamCounts = (): UpstreamCounts => ({
  calls: 0,
  retries: 0,
  hedges: 0,
  resumes: 0,
  results: {},
  times: noTimes(),
});

export const noCounts = (): Counts => ({ routes: {}, tiers: {}, shed: 0 });

export const noRouteCounts = (): RouteCounts => ({
  requests: 0,
  bytes: 0,
  answers: {},
  tiers: {},
  misses: 0,
  problems: {},
  times: noTimes(),
  upstreams: {},
});

/** Adds what another process, or another route, has counted; `sign` -1 takes it away. */
function addRoute(into: RouteCounts, other: RouteCounts, sign: 1 | -1 = 1): void {
  into.requests += sign * other.requests;
  into.bytes += sign * other.bytes;
  into.misses += sign * other.misses;
  addTally(into.answers, other.answers, sign);
  addTally(into.tiers, other.tiers, sign);
  addTally(into.problems, other.problems, sign);
  addTimes(into.times, other.times, sign);
  for (const [name, counts] of Object.entries(other.upstreams))
    addUpstream((into.upstreams[name] ??= noUpstreamCounts()), counts, sign);
}

function addUpstream(into: UpstreamCounts, other: UpstreamCounts, sign: 1 | -1 = 1): void {
  into.calls += sign * other.calls;
  into.retries += sign * other.retries;
  into.hedges += sign * other.hedges;
  into.resumes += sign * other.resumes;
  addTally(into.results, other.results, sign);
  addTimes(into.times, other.times, sign);
}

export function addCounts(into: Counts, other: Counts, sign: 1 | -1 = 1): void {
  into.shed += sign * other.shed;
  for (const [name, counts] of Object.entries(other.routes))
    addRoute((into.routes[name] ??= noRouteCounts()), counts, sign);
  for (const [name, counts] of Object.entries(other.tiers)) {
    const tier = (into.tiers[name] ??= { hits: 0, misses: 0, evictions: 0, errors: 0 });
    tier.hits += sign * counts.hits;
    tier.misses += sign * counts.misses;
    tier.evictions += sign * counts.evictions;
    tier.errors += sign * counts.errors;
  }
}

/** All routes as one. */
export function overall({ routes }: Counts): RouteCounts {
  const total = noRouteCounts();
  for (const route of Object.values(routes)) addRoute(total, route);
  return total;
}

/** All upstreams of a route as one. */
export function overallUpstream({ upstreams }: RouteCounts): UpstreamCounts {
  const total = noUpstreamCounts();
  for (const counts of Object.values(upstreams)) addUpstream(total, counts);
  return total;
}

export function increment(tally: Tally, name: string, by = 1): void {
  tally[name] = (tally[name] ?? 0) + by;
}

function addTally(into: Tally, other: Readonly<Tally>, sign: 1 | -1): void {
  for (const [name, count] of Object.entries(other)) increment(into, name, sign * count);
}

function addTimes(into: Times, other: Times, sign: 1 | -1): void {
  addLatencies(into.buckets, other.buckets, sign);
  into.sum += sign * other.sum;
}
