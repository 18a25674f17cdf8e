import type { EndpointOptions } from '../endpoint.js';
import { NoEndpointError } from '../errors.js';
import type { Lease } from '../lease.js';
import type { LoadBalancer } from '../load-balancer.js';
import { UpstreamError } from './errors.js';
import type { Origin } from './origin.js';
import type { Origins } from './origins.js';

/** A turn that comes when the time is all but over helps nobody. */
const maxWaitShare = 0.9;

/** An origin taken for one attempt, and how long its rate limit makes it wait. */
export interface Berth {
  readonly origin: Origin;
  readonly lease: Lease<EndpointOptions>;
  readonly waitMs: number;
}

/** Picks origins: the balancer first, then the rate limit. */
export class Launcher {
  readonly balancer: LoadBalancer<EndpointOptions>;
  readonly origins: Origins;

  constructor(balancer: LoadBalancer<EndpointOptions>, origins: Origins) {
    this.balancer = balancer;
    this.origins = origins;
  }

  /**
   * Takes an origin that was not tried yet, rather one whose rate limit has room now; as a last resort, one that is
   * blocked or probed unwell. Returns the error that says why there is none.
   */
  take(
    tried: ReadonlySet<string> | undefined,
    timeLeftMs: number,
    lastResort = false,
  ): Berth | UpstreamError | NoEndpointError {
    const full = this.origins.without(tried);
    const lease = this.#acquire(full) ?? (full === tried && !lastResort ? undefined : this.#acquire(tried, lastResort));
    if (lease === undefined) return new NoEndpointError(this.balancer.retryAfter());
    const origin = this.origins.get(lease.endpoint.name);
    if (origin === undefined) {
      lease.release();
      return new NoEndpointError(0);
    }
    const waitMs = origin.bucket?.take(timeLeftMs * maxWaitShare) ?? (origin.bucket === undefined ? 0 : undefined);
    if (waitMs !== undefined) return { origin, lease, waitMs };
    lease.release();
    const retryAfterMs = origin.bucket?.waitMs ?? 0;
    return new UpstreamError('FOREBAY_RATE_LIMITED', origin.name, 'the outbound rate limit is reached', {
      retryAfterMs,
    });
  }

  /** Leaves an origin alone for so long, unless it has been removed meanwhile. */
  hold(name: string, durationMs: number): void {
    if (this.origins.get(name) !== undefined) this.balancer.hold(name, durationMs);
  }

  #acquire(exclude: ReadonlySet<string> | undefined, lastResort = false): Lease<EndpointOptions> | undefined {
    return this.balancer.acquire(exclude && { exclude, lastResort });
  }
}
