import type { AnsweredRequest, CacheOutcome, ReverseProxyObserver } from '@forebay/reverse-proxy';
import type { AttemptEvent } from '@forebay/balancer/undici';
import { emptyLatencies, observe, type LatencyCounts } from './latency-histogram.js';

/** What one process has counted since it started; plain data. */
export interface TrafficCounts {
  requests: number;
  bytes: number;
  byClass: Record<string, number>;
  byOutcome: Record<CacheOutcome, number>;
  /** Hits by tier. */
  byTier: Record<string, number>;
  /** Requests that found nothing usable. */
  misses: number;
  /** Calls to upstreams, by what became of them: a status class or an error code. */
  upstream: { calls: number; retries: number; hedges: number; byResult: Record<string, number> };
  /** Answers that were problems, by status. */
  problems: Record<string, number>;
  latencies: LatencyCounts;
}

export const emptyCounts = (): TrafficCounts => ({
  requests: 0,
  bytes: 0,
  byClass: {},
  byOutcome: { HIT: 0, MISS: 0, STALE: 0, REVALIDATED: 0, BYPASS: 0, NONE: 0 },
  byTier: {},
  misses: 0,
  upstream: { calls: 0, retries: 0, hedges: 0, byResult: {} },
  problems: {},
  latencies: emptyLatencies(),
});

/** Seconds that rates are averaged over. */
const WINDOW_SECONDS = 60;

/**
 * Counts what the proxies of one process do. A hit costs a few additions; rates come from a ring of totals that a
 * one-second timer fills.
 */
export class Traffic implements ReverseProxyObserver {
  readonly #counts = emptyCounts();
  readonly #ring: { requests: number; bytes: number }[] = [];
  readonly #timer: NodeJS.Timeout;
  // The fast path counts here; folded into the rest when somebody looks.
  #hits = 0;
  #hitBytes = 0;
  #hitsByStatus = new Map<number, number>();

  constructor() {
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.#timer.unref();
  }

  hit(status: number, bytes: number): void {
    this.#hits += 1;
    this.#hitBytes += bytes;
    if (status !== 200) this.#hitsByStatus.set(status, (this.#hitsByStatus.get(status) ?? 0) + 1);
  }

  answered(request: AnsweredRequest): void {
    const counts = this.#counts;
    counts.requests += 1;
    counts.bytes += request.bytes;
    increment(counts.byClass, `${Math.floor(request.status / 100)}xx`);
    counts.byOutcome[request.outcome] += 1;
    if (request.outcome === 'HIT' || request.outcome === 'STALE') increment(counts.byTier, request.source);
    else if (request.outcome === 'MISS' || request.outcome === 'REVALIDATED') counts.misses += 1;
    if (request.outcome === 'NONE' && request.status >= 400) increment(counts.problems, String(request.status));
    observe(counts.latencies, request.durationMs);
  }

  attempted({ kind, error, statusCode }: AttemptEvent): void {
    const { upstream } = this.#counts;
    upstream.calls += 1;
    if (kind === 'retry') upstream.retries += 1;
    if (kind === 'hedge') upstream.hedges += 1;
    increment(upstream.byResult, error ?? `${Math.floor((statusCode ?? 0) / 100)}xx`);
  }

  /** Everything counted so far, and rates a second over the last minute (or since the start, if that is less). */
  snapshot(): { counts: TrafficCounts; requestsPerSecond: number; bytesPerSecond: number } {
    this.#fold();
    const counts = this.#counts;
    const first = this.#ring[0] ?? { requests: 0, bytes: 0 };
    const seconds = Math.max(1, this.#ring.length);
    return {
      counts: structuredClone(counts),
      requestsPerSecond: (counts.requests - first.requests) / seconds,
      bytesPerSecond: (counts.bytes - first.bytes) / seconds,
    };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #fold(): void {
    const counts = this.#counts;
    if (this.#hits === 0) return;
    counts.requests += this.#hits;
    counts.bytes += this.#hitBytes;
    counts.byOutcome.HIT += this.#hits;
    increment(counts.byTier, 'memory', this.#hits);
    let others = 0;
    for (const [status, times] of this.#hitsByStatus) {
      increment(counts.byClass, `${Math.floor(status / 100)}xx`, times);
      others += times;
    }
    increment(counts.byClass, '2xx', this.#hits - others);
    // Answered within the tick that they arrived in: all of them are below the first bound.
    observe(counts.latencies, 0, this.#hits);
    this.#hits = 0;
    this.#hitBytes = 0;
    this.#hitsByStatus.clear();
  }

  #tick(): void {
    this.#fold();
    this.#ring.push({ requests: this.#counts.requests, bytes: this.#counts.bytes });
    if (this.#ring.length > WINDOW_SECONDS) this.#ring.shift();
  }
}

export function increment(record: Record<string, number>, name: string, by = 1): void {
  record[name] = (record[name] ?? 0) + by;
}
