import type { BalancerOptions, EndpointOptions } from '@forebay/balancer';
import { tmdbApiPreset, tmdbImagePreset } from '@forebay/image-proxy';
import {
  createReverseProxy,
  customPreset,
  type Preset,
  type ReverseProxy,
  type ReverseProxyObserver,
  type StoredMeta,
} from '@forebay/reverse-proxy';
import type { TieredCache } from '@forebay/cache-tiers';
import type { ProxyOptions, UpstreamDispatcherOptions } from '@forebay/balancer/undici';
import type { Config, RouteConfig, UpstreamConfig, UpstreamPolicy } from '../config/config.js';
import type { Shares } from '../process/roles.js';
import { VERSION } from '../version.js';

/** What the server must know of whatever serves the requests below a path. */
export interface MountedRoute {
  readonly name: string;
  /** Path prefix that begins and ends with a slash. */
  readonly mount: string;
  readonly upstreams: readonly UpstreamConfig[];
  readonly probePath: string | undefined;
}

/** A route with the proxy that serves it: one of the configuration's, HLS, or signed images. */
export interface Mounted {
  readonly route: MountedRoute;
  readonly proxy: Pick<ReverseProxy, 'handle' | 'listener' | 'upstreams' | 'close'>;
}

const MAX_IMAGE_BYTES = 128 * 1024 * 1024;

/** The proxy of one route. */
export function createProxy(
  route: RouteConfig,
  config: Config,
  shares: Shares,
  cache: TieredCache<StoredMeta> | undefined,
  observer: ReverseProxyObserver,
): ReverseProxy {
  const { lifetimes } = route;
  const lifetime = ({ memory, l2 }: { readonly memory: number; readonly l2: number }) => ({ memory, ttl: l2 });
  return createReverseProxy({
    name: route.name,
    preset: presetOf(route),
    mount: route.mount,
    upstreamPath: route.upstreamPath,
    via: `forebay (Forebay/${VERSION})`,
    policy: route.cachePolicy,
    methods: route.methods === '*' ? '*' : route.methods.filter((method) => method !== 'GET' && method !== 'HEAD'),
    ...(route.contentTypes.length === 0 ? {} : { contentTypes: route.contentTypes }),
    ...(route.kind === 'custom' ? {} : { maxBodyBytes: MAX_IMAGE_BYTES }),
    lifetimes: {
      image: lifetime(lifetimes.image),
      json: lifetime(lifetimes.json),
      search: lifetime(lifetimes.search),
      other: lifetime(lifetimes.other),
    },
    ...(cache === undefined ? {} : { cache }),
    observer,
    upstreams: {
      origins: route.upstreams,
      ...upstreamOptions(config, shares),
      ...(route.rateLimit === undefined ? {} : { rateLimit: rateOf(route.rateLimit, shares.workers) }),
    },
  });
}

/** How requests go to upstreams, whatever they are for. */
export function upstreamOptions(config: Config, shares: Shares): Omit<UpstreamDispatcherOptions, 'origins'> {
  const { upstream } = config;
  return {
    balancer: balancerOf(config),
    headersTimeout: upstream.requestTimeout,
    maxAttempts: upstream.maxSwitches,
    connections: shares.connectionsPerHost,
    maxConnections: shares.connections,
    ...(upstream.hedgeAfter === undefined ? {} : { hedgeAfter: upstream.hedgeAfter }),
    proxy: outboundProxies(upstream),
  };
}

/** The server's own choice among what the balancer offers: adaptive weights, priorities as tiers. */
export function balancerOf({ balancing, health }: Config): Omit<BalancerOptions<EndpointOptions>, 'endpoints'> {
  return {
    strategy: 'adaptive',
    priorityMode: 'tiers',
    breaker: { maxFailures: health.maxErrors, blockDuration: health.isolation },
    adaptive: {
      baseMultiplier: balancing.baseWeightMultiplier,
      dynamicMultiplier: balancing.dynamicWeightMultiplier,
      alphaInitial: balancing.alphaInitial,
      alphaStep: balancing.alphaAdjustmentStep,
    },
  };
}

function presetOf(route: RouteConfig): Preset {
  switch (route.kind) {
    case 'tmdb-image':
      return tmdbImagePreset();
    case 'tmdb-api':
      return tmdbApiPreset(route.apiKey === undefined ? {} : { apiKey: route.apiKey });
    case 'custom':
      return customPreset();
  }
}

/** A worker's part of a limit that all workers keep together. */
const rateOf = (
  perSecond: number,
  workers: number,
): { readonly requestsPerSecond: number; readonly burst: number } => ({
  requestsPerSecond: perSecond / workers,
  burst: Math.max(1, Math.ceil(perSecond / workers)),
});

export function outboundProxies({ httpProxy, httpsProxy, noProxy }: UpstreamPolicy): ProxyOptions {
  return {
    ...(httpProxy === undefined ? {} : { http: httpProxy }),
    ...(httpsProxy === undefined ? {} : { https: httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}
