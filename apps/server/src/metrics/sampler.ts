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
}

/** How long what a tier said of itself will do. ms */
const TIERS_FRESH = 5000;

/** What a worker tells the primary of itself every second; made when it is asked for. */
export class Sampler {
  readonly #sources: SampleSources;
  #tiers: readonly TierView[] = [];
  #tiersAt = -Infinity;

  constructor(sources: SampleSources) {
    this.#sources = sources;
  }

  async sample(now: number = performance.now()): Promise<WorkerSample> {
    const { mounts, shedder, tiers, usable } = this.#sources;
    if (now - this.#tiersAt >= TIERS_FRESH) {
      this.#tiersAt = now;
      this.#tiers = await tiers();
    }
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
