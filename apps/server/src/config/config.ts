import type { HlsConfig } from './hls-config.js';
import type { SignedImageConfig, StoreConfig } from './store-config.js';

/** What a route serves; it decides the preset of everything that the operator leaves open. */
export type RouteKind = 'tmdb-image' | 'tmdb-api' | 'custom';

/** Whose lifetimes count: the operator's (`override`), or the origin's where it states any (`respect`). */
export type CachePolicy = 'override' | 'respect';

/** One server that answers for a route. */
export interface UpstreamConfig {
  /** Unique in its route; the host and port unless named otherwise. */
  readonly name: string;
  /** Scheme, host, port and perhaps a base path, without a trailing slash. */
  readonly url: string;
  readonly weight: number;
  /** 1 is served before 2. */
  readonly priority: number;
  /** Asked over HTTP/2 where it offers that over TLS; bodies are quicker over HTTP/1.1. */
  readonly http2?: boolean;
}

/** How long one kind of content is kept in memory and in the second tier (disk or Redis). Milliseconds. */
export interface Lifetime {
  readonly memory: number;
  readonly l2: number;
}

/** Lifetimes by kind of content. */
export interface Lifetimes {
  readonly image: Lifetime;
  readonly json: Lifetime;
  /** `/3/search/*`. */
  readonly search: Lifetime;
  /** Whatever none of the above covers (`CACHE_TTL`). */
  readonly other: Lifetime;
}

/** One mount of the server with its own upstreams, complete: nothing below fills in defaults. */
export interface RouteConfig {
  /** Unique; the `group` of `/api/v1/upstreams/{group}/{name}`. */
  readonly name: string;
  /** Path prefix that begins and ends with a slash: `/`, `/3/`. The longest match wins. */
  readonly mount: string;
  /** What the mount becomes on the upstream; like the mount, it begins and ends with a slash. */
  readonly upstreamPath: string;
  readonly kind: RouteKind;
  readonly upstreams: readonly UpstreamConfig[];
  readonly cachePolicy: CachePolicy;
  /** Upper case; `*` passes every method. `GET` and `HEAD` are always in it. */
  readonly methods: readonly string[] | '*';
  /** Types that an upstream may send, `image/*` included; empty: what the kind allows, any for `custom`. */
  readonly contentTypes: readonly string[];
  /** Added to upstream requests whose client sent no credentials (`tmdb-api` only). */
  readonly apiKey: string | undefined;
  /** What the health probe asks for; undefined: nothing is known to ask for, a connection must do. */
  readonly probePath: string | undefined;
  /** Requests a second to each upstream, over all workers; undefined: no limit. */
  readonly rateLimit: number | undefined;
  readonly lifetimes: Lifetimes;
}

/** Each is a file by its absolute path, or PEM itself. */
export interface TlsConfig {
  /** The certificate, and those that lead to its root. */
  readonly certificate: string;
  readonly key: string;
}

export interface ServerConfig {
  readonly port: number;
  /** Address to listen on; undefined: all interfaces. */
  readonly host: string | undefined;
  /** Worker processes; 1: everything in one process. */
  readonly workers: number;
  /** Undefined: plain HTTP. */
  readonly tls: TlsConfig | undefined;
  readonly apiKey: string | undefined;
  /** Undefined: the management interface is on `port`. */
  readonly managementPort: number | undefined;
  readonly publicStatus: boolean;
  /** CIDRs whose forwarding headers are believed. */
  readonly trustProxy: readonly string[];
  /** Between answering `ready` with 503 and no longer accepting. Milliseconds. */
  readonly drainDelay: number;
  /** For requests in flight when the server stops. Milliseconds. */
  readonly shutdownTimeout: number;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
export type LogFormat = 'pretty' | 'json';

export type AccessLogFormat = 'off' | 'combined' | 'json';

/** Thresholds that raise an alert; rates are shares from 0 to 1. */
export interface AlertConfig {
  readonly queueDepth: number;
  readonly taskFailureRate: number;
  readonly cacheHitRate: number;
  readonly webhookUrl: string | undefined;
}

/** What is told about single requests. */
export interface RequestLogConfig {
  readonly format: AccessLogFormat;
  /** Share of the requests that are logged. */
  readonly sample: number;
  /** Whether clients are told how long an answer took. */
  readonly serverTiming: boolean;
}

export interface LogConfig {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Only ever true for `pretty`. */
  readonly colour: boolean;
}

/** How requests go to upstreams, whichever route they belong to. Durations in milliseconds. */
export interface UpstreamPolicy {
  /** For an upstream to begin its answer. */
  readonly requestTimeout: number;
  /** After this long the same request also goes to the next upstream; undefined: never (no hedging). */
  readonly hedgeAfter: number | undefined;
  /** Upstreams tried for one request. */
  readonly maxSwitches: number;
  /** Connections in all, and to one host, over all workers. */
  readonly connections: number;
  readonly connectionsPerHost: number;
  /** Bytes read at once. */
  readonly chunkBytes: number;
  readonly httpProxy: string | undefined;
  readonly httpsProxy: string | undefined;
  /** As in the environment variable: hosts and domains, comma-separated. */
  readonly noProxy: string | undefined;
}

/** The weights of the strategy `adaptive`. */
interface BalancingConfig {
  readonly baseWeightMultiplier: number;
  readonly dynamicWeightMultiplier: number;
  readonly alphaInitial: number;
  readonly alphaAdjustmentStep: number;
}

/** Probes and isolation. Durations in milliseconds. */
interface HealthConfig {
  readonly interval: number;
  /** For one probe. */
  readonly timeout: number;
  /** Consecutive failures that isolate an upstream. */
  readonly maxErrors: number;
  /** Base isolation time. */
  readonly isolation: number;
}

interface CacheConfig {
  readonly enabled: boolean;
  readonly lifetimes: Lifetimes;
}

/** The memory tier's bounds, over all workers. */
interface MemoryConfig {
  readonly entries: number;
  readonly bytes: number;
}

interface DiskConfig {
  /** Absolute. */
  readonly directory: string;
  readonly bytes: number;
  /** Undefined: bounded by bytes alone. */
  readonly entries: number | undefined;
  /** Milliseconds. */
  readonly cleanupInterval: number;
}

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** The second tier in Redis. Durations in milliseconds. */
export interface RedisConfig {
  readonly nodes: readonly RedisNode[];
  readonly fallbackNodes: readonly RedisNode[];
  /** True when `REDIS_HOST` names a single server rather than `REDIS_CLUSTER_NODES` a set. */
  readonly single: boolean;
  readonly db: number;
  readonly password: string | undefined;
  readonly tls: boolean;
  readonly poolSize: number;
  readonly minIdle: number;
  readonly connectTimeout: number;
  readonly readTimeout: number;
  readonly writeTimeout: number;
  readonly keyPrefix: string;
}

/**
 * Everything that the operator can decide, resolved: complete, read-only, durations in milliseconds and sizes in
 * bytes. It is plain data, so that it can be sent to another process.
 */
export interface Config {
  /** True when no upstream of any kind is configured: the server brings its own. */
  readonly sample: boolean;
  readonly server: ServerConfig;
  readonly log: LogConfig;
  readonly requestLog: RequestLogConfig;
  readonly routes: readonly RouteConfig[];
  readonly upstream: UpstreamPolicy;
  readonly balancing: BalancingConfig;
  readonly health: HealthConfig;
  readonly cache: CacheConfig;
  readonly memory: MemoryConfig;
  readonly disk: DiskConfig;
  /** Undefined unless `USE_REDIS` is true. */
  readonly redis: RedisConfig | undefined;
  readonly hls: HlsConfig;
  readonly store: StoreConfig;
  readonly signedImages: SignedImageConfig;
  readonly alerts: AlertConfig;
}
