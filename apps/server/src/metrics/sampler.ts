import type { Feature } from '../parts/feature.js';
import type { Mounted } from '../parts/proxies.js';
import type { TierState } from '../parts/tier-states.js';
import type { TierView, WorkerSample } from '../topics.js';
import { viewOf } from '../upstream-view.js';
import type { Counts } from './counts.js';
import type { Traffic } from './traffic.js';

export interface SampleSources {
  readonly traffic: Traffic;
  readonly mounts: readonly Mounted[];
  readonly shedder: { readonly shed: number; readonly inFlight: number };
  readonly usable: () => readonly TierState[];
  /** May ask Redis: not every second's work. */
  readonly tiers: () => Promise<readonly TierView[]>;
  readonly streaming: Feature['streaming'];
  /** Of Redis, where there is one. */
  readonly latency: (() => Promise<number>) | undefined;
}

/** How long what was asked of Redis will do. ms */
const FRESH = 5000;

/** What a worker tells the primary of itself every second; made when it is asked for. */
export class Sampler {
  readonly #sources: SampleSources;
  #tiers: readonly TierView[] = [];
  #sessions: number | undefined;
  #latency: number | undefined;
  #askedAt = -Infinity;

  constructor(sources: SampleSources) {
    this.#sources = sources;
  }

  async sample(now: number = performance.now()): Promise<WorkerSample> {
    const { latency, mounts, shedder, streaming, tiers, usable } = this.#sources;
    if (now - this.#askedAt >= FRESH) {
      this.#askedAt = now;
      [this.#tiers, this.#sessions, this.#latency] = await Promise.all([
        tiers(),
        streaming?.sessions().catch(() => undefined),
        latency?.().catch(() => undefined),
      ]);
    }
    const sessions = this.#sessions;
    return {
      counts: this.counts(),
      upstreams: mounts.flatMap(({ route, proxy }) =>
        proxy.upstreams.status().map((status) => viewOf(route.name, status)),
      ),
      budgets: mounts.map(({ route, proxy }) => ({
        route: route.name,
        retries: proxy.upstreams.balancer.retries.remaining,
        hedges: proxy.upstreams.balancer.hedges.remaining,
      })),
      inFlight: shedder.inFlight,
      usable: usable(),
      tiers: this.#tiers,
      redisLatencyMs: this.#latency,
      streaming: streaming && sessions !== undefined ? { sessions, transfers: streaming.transfers() } : undefined,
    };
  }

  /** What was counted so far; the tiers' part may be some seconds old. */
  counts(): Counts {
    return {
      routes: this.#sources.traffic.counts(),
      tiers: Object.fromEntries(
        this.#tiers.map(({ name, hits, misses, evictions, errors }) => [name, { hits, misses, evictions, errors }]),
      ),
      shed: this.#sources.shedder.shed,
    };
  }
}
