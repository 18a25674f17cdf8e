import type { UpstreamDispatcher, UpstreamDispatcherOptions } from '@forebay/balancer/undici';
import type { TieredCache } from '@forebay/cache-tiers';
import type { CacheOutcome } from './answer.js';
import type { ContentKind, KindLifetimes, Preset } from './presets/preset.js';
import { customPreset } from './presets/custom.js';
import type { Redirects } from './upstream/follow.js';
import type { StoredMeta } from './upstream/stored-meta.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the proxy did with one request, for counters and logs. */
export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  readonly target: string;
  readonly status: number;
  readonly outcome: CacheOutcome;
  /** Name of the tier, `upstream`, or empty. */
  readonly source: string;
  /** Body bytes given to the client; less than announced when it left. */
  readonly bytes: number;
  readonly durationMs: number;
  /** What went wrong, where something did: kept from the client, meant for the log. */
  readonly error: unknown;
}

/** Hears of every answer. Called on the hot path: it must not throw and should not work much. */
export interface ReverseProxyObserver {
  /** A hit that the listener answered within the tick, from memory. */
  hit(status: number, bytes: number, requestId: string): void;
  answered(request: AnsweredRequest): void;
}

export interface ReverseProxyOptions {
  /** Names the route in keys, logs and metrics. @default the preset's name */
  readonly name?: string;
  /** @default customPreset() */
  readonly preset?: Preset;
  /** Path prefix that the proxy is mounted at; begins and ends with a slash. @default '/' */
  readonly mount?: string;
  /** What takes the prefix's place on the way up; begins and ends with a slash. @default the mount itself */
  readonly upstreamPath?: string;
  /** Origins, or the whole of the dispatcher's options, or a dispatcher of one's own making. */
  readonly upstreams: readonly string[] | UpstreamDispatcherOptions | UpstreamDispatcher;
  /** Where answers are kept; several proxies may share one. @default none: every request goes up */
  readonly cache?: TieredCache<StoredMeta>;
  /** Whether `lifetimes` replace the origin's or stand in where it says nothing; `no-store` and `private` always hold. @default the preset's */
  readonly policy?: 'override' | 'respect';
  /** By kind of content, in ms. @default images 30 min in memory and 7 days in all, JSON 15 min and 6 h, searches 3 and 10 min, others a day */
  readonly lifetimes?: Partial<Record<ContentKind, KindLifetimes>>;
  /** How long 404 and other storable errors are kept, in ms. @default 10000 */
  readonly negativeTtl?: number;
  /** How long past its life a copy serves while it is refreshed behind it, in ms. @default 60000 */
  readonly staleWhileRevalidate?: number;
  /** How long past its life a copy serves while the upstreams fail, in ms. @default 7 days */
  readonly staleIfError?: number;
  /** Methods besides GET, HEAD and OPTIONS that pass through uncached; `*` for all. @default [] */
  readonly methods?: readonly string[] | '*';
  /** Media types that an upstream may send, such as `image/*`. @default the preset's */
  readonly contentTypes?: readonly string[];
  /** Largest body taken from an upstream, in bytes. @default no limit */
  readonly maxBodyBytes?: number;
  /** Follows redirects of upstreams. @default they are passed on */
  readonly redirects?: Redirects;
  /** A client that takes less than 64 KB in so long is cut off, in ms. @default 30000 */
  readonly sendTimeout?: number;
  /** What `Via` says after `1.1`. @default 'forebay' */
  readonly via?: string;
  readonly observer?: ReverseProxyObserver;
}

/** The options as the proxy works with them: complete. */
export interface ResolvedOptions {
  readonly name: string;
  readonly preset: Preset;
  readonly mount: string;
  readonly upstreamPath: string;
  readonly upstreams: ReverseProxyOptions['upstreams'];
  readonly cache: TieredCache<StoredMeta> | undefined;
  readonly policy: 'override' | 'respect';
  readonly lifetimes: Readonly<Record<ContentKind, KindLifetimes>>;
  readonly negativeTtl: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  readonly methods: readonly string[] | '*';
  readonly contentTypes: readonly string[] | undefined;
  readonly maxBodyBytes: number;
  readonly redirects: Redirects | undefined;
  readonly sendTimeout: number;
  readonly via: string;
  readonly observer: ReverseProxyObserver | undefined;
}

const LIFETIMES: Readonly<Record<ContentKind, KindLifetimes>> = {
  image: { memory: 30 * MINUTE, ttl: 7 * DAY },
  json: { memory: 15 * MINUTE, ttl: 6 * HOUR },
  search: { memory: 3 * MINUTE, ttl: 10 * MINUTE },
  other: { memory: DAY, ttl: DAY },
};

/**
 * @throws {TypeError} when an option has the wrong type or shape.
 * @throws {RangeError} when a number is out of its bounds.
 */
export function resolveOptions(options: ReverseProxyOptions): ResolvedOptions {
  const preset = options.preset ?? customPreset();
  const name = options.name ?? preset.name;
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name))
    throw new TypeError(`name must be 1 to 64 letters, digits, ".", "_" or "-", not ${JSON.stringify(name)}`);
  const mount = prefix('mount', options.mount ?? '/');
  return {
    name,
    preset,
    mount,
    upstreamPath: prefix('upstreamPath', options.upstreamPath ?? mount),
    upstreams: options.upstreams,
    cache: options.cache,
    policy: options.policy ?? preset.policy,
    lifetimes: { ...LIFETIMES, ...options.lifetimes },
    negativeTtl: duration('negativeTtl', options.negativeTtl ?? 10_000),
    staleWhileRevalidate: duration('staleWhileRevalidate', options.staleWhileRevalidate ?? MINUTE),
    staleIfError: duration('staleIfError', options.staleIfError ?? 7 * DAY),
    methods: options.methods === '*' ? '*' : (options.methods ?? []).map((method) => method.toUpperCase()),
    contentTypes: options.contentTypes ?? preset.contentTypes,
    maxBodyBytes: positive('maxBodyBytes', options.maxBodyBytes ?? Number.POSITIVE_INFINITY),
    redirects: options.redirects,
    sendTimeout: positive('sendTimeout', options.sendTimeout ?? 30_000),
    via: `1.1 ${options.via ?? 'forebay'}`,
    observer: options.observer,
  };
}

function prefix(name: string, value: string): string {
  if (/^\/(?:.*\/)?$/.test(value)) return value;
  throw new TypeError(`${name} must begin and end with a slash, not ${JSON.stringify(value)}`);
}

function duration(name: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`${name} must be a number of milliseconds of at least 0, not ${value}`);
  return value;
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw new RangeError(`${name} must be greater than 0, not ${value}`);
  return value;
}
