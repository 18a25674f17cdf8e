import { createUpstreamDispatcher, type UpstreamDispatcherOptions } from '@forebay/balancer/undici';
import { RelayPool } from '@forebay/reverse-proxy';
import { SegmentRoute, type SegmentRouteOptions } from './segment-route.js';

export interface ForeignHostsOptions extends Omit<SegmentRouteOptions, 'host' | 'upstreams' | 'redirects'> {
  /** Decides whom it may be connected to. */
  readonly connect: NonNullable<UpstreamDispatcherOptions['connect']>;
  /** Hosts whose connections are kept. */
  readonly maxHosts: number;
}

/** Other hosts that playlists or redirects name: each has connections and a circuit of its own; the longest unused go first. */
export class ForeignHosts {
  readonly #options: ForeignHostsOptions;
  readonly #routes = new Map<string, SegmentRoute>();

  constructor(options: ForeignHostsOptions) {
    this.#options = options;
  }

  /** Undefined for what is not to be fetched. */
  routeFor(url: URL): SegmentRoute | undefined {
    if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '')
      return undefined;
    const host = url.origin;
    const route = this.#routes.get(host) ?? this.#open(host);
    this.#routes.delete(host);
    this.#routes.set(host, route);
    return route;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#routes.values()].map(({ upstreams }) => upstreams.close()));
    this.#routes.clear();
  }

  #open(host: string): SegmentRoute {
    const { connect, maxHosts, ...options } = this.#options;
    for (const [oldest, route] of this.#routes) {
      if (this.#routes.size < maxHosts) break;
      this.#routes.delete(oldest);
      // What is on its way still arrives.
      route.upstreams.close().catch(() => undefined);
    }
    const upstreams = createUpstreamDispatcher({
      origins: [host],
      connect,
      transport: (origin, pooling) => new RelayPool(origin, pooling),
    });
    return new SegmentRoute({ ...options, host, upstreams, redirects: (location) => this.#follow(location, host) });
  }

  /** Another host never leads to our own upstreams: those are reached with the operator's credentials. */
  #follow(location: string, host: string): ReturnType<SegmentRouteOptions['redirects']> {
    if (!URL.canParse(location, host)) return undefined;
    const url = new URL(location, host);
    const route = this.routeFor(url);
    return route && { dispatcher: route.upstreams, path: url.pathname + url.search };
  }
}
