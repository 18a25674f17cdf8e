import type { AttemptEvent } from '@forebay/balancer/undici';
import type { AnsweredRequest, ReverseProxyObserver } from '@forebay/reverse-proxy';
import {
  increment,
  noRouteCounts,
  noUpstreamCounts,
  type Counts,
  type RouteCounts,
  type UpstreamCounts,
} from './counts.js';
import { observe } from './latency-histogram.js';

/** Results told apart for one upstream; error codes come from code, but not all of it is ours. */
const MOST_RESULTS = 32;
/** Servers told apart for one route; more than anybody configures. */
const MOST_UPSTREAMS = 500;

const OUTCOMES: Readonly<Record<AnsweredRequest['outcome'], string>> = {
  HIT: 'hit',
  MISS: 'miss',
  STALE: 'stale',
  REVALIDATED: 'revalidated',
  BYPASS: 'bypass',
  NONE: 'none',
};

/** Counts what the proxies of one process do, by route. */
export class Traffic {
  readonly #routes = new Map<string, RouteTraffic>();

  /** The counter of one route. */
  route(name: string): RouteTraffic {
    const known = this.#routes.get(name);
    if (known !== undefined) return known;
    const made = new RouteTraffic();
    this.#routes.set(name, made);
    return made;
  }

  /** Everything counted so far. The data goes on counting: copy it before you keep it. */
  counts(): Counts['routes'] {
    return Object.fromEntries([...this.#routes].map(([name, route]) => [name, route.counts()]));
  }
}

/** Counts for one route. A hit costs a few additions; the rest is done when somebody looks. */
export class RouteTraffic implements ReverseProxyObserver {
  readonly #counts: RouteCounts = noRouteCounts();
  // The fast path counts here; folded into the rest when somebody looks.
  #hits = 0;
  #hitBytes = 0;
  readonly #hitsByStatus = new Map<number, number>();

  hit(status: number, bytes: number): void {
    this.#hits += 1;
    this.#hitBytes += bytes;
    if (status !== 200) this.#hitsByStatus.set(status, (this.#hitsByStatus.get(status) ?? 0) + 1);
  }

  answered({ bytes, durationMs, outcome, source, status }: AnsweredRequest): void {
    const counts = this.#counts;
    counts.requests += 1;
    counts.bytes += bytes;
    increment(counts.answers, `${classOf(status)} ${OUTCOMES[outcome]}`);
    if (outcome === 'HIT' || outcome === 'STALE') increment(counts.tiers, source);
    else if (outcome === 'MISS' || outcome === 'REVALIDATED') counts.misses += 1;
    if (outcome === 'NONE' && status >= 400) increment(counts.problems, String(status));
    observe(counts.times.buckets, durationMs);
    counts.times.sum += durationMs;
  }

  attempted({ durationMs, error, kind, origin, statusCode }: AttemptEvent): void {
    const { upstreams } = this.#counts;
    const counts = (upstreams[bounded(upstreams, origin, MOST_UPSTREAMS)] ??= noUpstreamCounts());
    counts.calls += 1;
    countKind(counts, kind);
    increment(counts.results, bounded(counts.results, error ?? classOf(statusCode ?? 0), MOST_RESULTS));
    observe(counts.times.buckets, durationMs);
    counts.times.sum += durationMs;
  }

  counts(): RouteCounts {
    this.#fold();
    return this.#counts;
  }

  #fold(): void {
    const counts = this.#counts;
    if (this.#hits === 0) return;
    counts.requests += this.#hits;
    counts.bytes += this.#hitBytes;
    increment(counts.tiers, 'memory', this.#hits);
    let others = 0;
    for (const [status, times] of this.#hitsByStatus) {
      increment(counts.answers, `${classOf(status)} hit`, times);
      others += times;
    }
    if (this.#hits > others) increment(counts.answers, '2xx hit', this.#hits - others);
    // Answered within the tick that they arrived in: all of them are below the first bound.
    observe(counts.times.buckets, 0, this.#hits);
    this.#hits = 0;
    this.#hitBytes = 0;
    this.#hitsByStatus.clear();
  }
}

function countKind(counts: UpstreamCounts, kind: AttemptEvent['kind']): void {
  if (kind === 'retry') counts.retries += 1;
  else if (kind === 'hedge') counts.hedges += 1;
  else if (kind === 'resume') counts.resumes += 1;
}

/** The name, or `other` where there are so many others already. */
const bounded = (known: Readonly<Record<string, unknown>>, name: string, most: number): string =>
  Object.hasOwn(known, name) || Object.keys(known).length < most ? name : 'other';

const classOf = (status: number): string => `${Math.floor(status / 100)}xx`;
