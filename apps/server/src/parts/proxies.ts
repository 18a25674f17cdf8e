import type { BalancerOptions, EndpointOptions } from '@forebay/balancer';
import {
  createImageProxy,
  customPreset,
  tmdbApiPreset,
  tmdbImagePreset,
  type ImageProxy,
  type ImageProxyObserver,
  type Preset,
  type StoredMeta,
} from '@forebay/image-proxy';
import type { TieredCache } from '@forebay/cache-tiers';
import type { ProxyOptions } from '@forebay/balancer/undici';
import type { Config, RouteConfig, UpstreamPolicy } from '../config/config.js';
import type { Shares } from '../process/roles.js';
import { VERSION } from '../version.js';

/** A route with the proxy that serves it. */
export interface Mounted {
  readonly route: RouteConfig;
  readonly proxy: ImageProxy;
}

const MAX_IMAGE_BYTES = 128 * 1024 * 1024;

/** The proxy of one route. */
export function createProxy(
  route: RouteConfig,
  config: Config,
  shares: Shares,
  cache: TieredCache<StoredMeta> | undefined,
  observer: ImageProxyObserver,
): ImageProxy {
  const { upstream } = config;
  const { lifetimes } = route;
  const lifetime = ({ memory, l2 }: { readonly memory: number; readonly l2: number }) => ({ memory, ttl: l2 });
  return createImageProxy({
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
      balancer: balancerOf(config),
      headersTimeout: upstream.requestTimeout,
      maxAttempts: upstream.maxSwitches,
      connections: shares.connectionsPerHost,
      maxConnections: shares.connections,
      ...(upstream.hedgeAfter === undefined ? {} : { hedgeAfter: upstream.hedgeAfter }),
      ...(route.rateLimit === undefined ? {} : { rateLimit: rateOf(route.rateLimit, shares.workers) }),
      proxy: outboundProxies(upstream),
    },
  });
}

/** The server's own choice among what the balancer offers: adaptive weights, priorities as tiers. */
function balancerOf({ balancing, health }: Config): Omit<BalancerOptions<EndpointOptions>, 'endpoints'> {
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

function outboundProxies({ httpProxy, httpsProxy, noProxy }: UpstreamPolicy): ProxyOptions {
  return {
    ...(httpProxy === undefined ? {} : { http: httpProxy }),
    ...(httpsProxy === undefined ? {} : { https: httpsProxy }),
    ...(noProxy === undefined ? {} : { noProxy }),
  };
}
