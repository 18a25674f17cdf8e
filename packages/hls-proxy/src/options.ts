import type { TieredCache } from '@forebay/cache-tiers';
import { type AllowList, type Connector, createConnector } from '@forebay/guard';
import type { ReverseProxyObserver, StoredMeta } from '@forebay/reverse-proxy';
import type { Access } from './access/admission.js';
import type { Upstreams } from './origin/upstream-group.js';
import type { StreamEdge } from './serve/live-edges.js';

const MEGABYTE = 1024 * 1024;

const MINUTE = 60_000;

/** How long segments are kept, in ms. */
export interface SegmentLifetimes {
  /** In memory. */
  readonly memory: number;
  /** In all. */
  readonly ttl: number;
}

const LIFETIMES: SegmentLifetimes = { memory: 5 * MINUTE, ttl: 10 * MINUTE };

/** How much may be under way at once. Those of a session and of an address are the access's. */
export interface HlsLimits {
  /** Requests in all, blocking reloads not counted; more get 503. @default 10000 */
  readonly requests?: number;
  /** Blocking reloads in all; more get 503. @default 10000 */
  readonly blockingReloads?: number;
}

export interface HlsProxyOptions {
  /** Names the route in keys, logs and metrics. @default 'hls' */
  readonly name?: string;
  /** Path prefix that the proxy is mounted at; begins and ends with a slash. The same as the access's. @default '/hls/' */
  readonly mount?: string;
  /** Mirrors of the same streams: URLs, or the whole of the dispatcher's options, or a dispatcher of one's own making. */
  readonly upstreams: Upstreams;
  /** Who may watch; makes the URIs that playlists come back with. */
  readonly access: Access;
  /** Where segments are kept for minutes; never playlists or keys. @default none */
  readonly cache?: TieredCache<StoredMeta>;
  /**
   * How other hosts that playlists name are connected to.
   * @default `@forebay/guard`'s connector: public addresses only
   */
  readonly connect?: Connector;
  readonly limits?: HlsLimits;
  /** Longest playlist, asset list or steering manifest, decoded, in bytes. @default 8 MB */
  readonly maxPlaylistBytes?: number;
  /** Memory for the last copies of playlists, which stand in while the origin is down, in bytes. @default 64 MB */
  readonly lastCopyBytes?: number;
  /**
   * For how long a playlist is given to those, too, who ask just after it came, in ms. At 0 only those who ask at the same
   * time share one; more spares an origin that many viewers reload from, and is how much later they may see a change.
   * @default 0
   */
  readonly shareFor?: number;
  /**
   * Is told how far live playlists have come here, for `heardEdges` of other processes between which viewers move: a
   * mirror that is behind what a viewer has seen is not used, then, wherever they saw it.
   * @default none: there are no other processes
   */
  readonly tellEdges?: (edges: readonly StreamEdge[]) => void;
  /** Segments fetched ahead of their players at once, into the cache; 0: none. @default 0 */
  readonly prefetch?: number;
  /** How long segments are kept, in ms. @default 5 minutes in memory, 10 in all */
  readonly lifetimes?: SegmentLifetimes;
  /** A client that takes less than 64 KB in so long is cut off, in ms. @default 30000 */
  readonly sendTimeout?: number;
  /** Proxies whose forwarding headers are believed. @default none */
  readonly trusted?: AllowList;
  /** What `Via` says after `1.1`. @default 'forebay' */
  readonly via?: string;
  /** Hears of every answer; targets have no query there, for it holds what lets one in. */
  readonly observer?: ReverseProxyObserver;
  /** ms since the epoch. @default Date.now */
  readonly now?: () => number;
}

/** {@link HlsProxyOptions} with nothing left open. */
export interface ResolvedOptions {
  readonly name: string;
  readonly mount: string;
  readonly upstreams: Upstreams;
  readonly access: Access;
  readonly cache: TieredCache<StoredMeta> | undefined;
  readonly connect: Connector;
  readonly limits: Required<HlsLimits>;
  readonly maxPlaylistBytes: number;
  readonly lastCopyBytes: number;
  readonly shareFor: number;
  readonly tellEdges: ((edges: readonly StreamEdge[]) => void) | undefined;
  readonly prefetch: number;
  readonly lifetimes: SegmentLifetimes;
  readonly sendTimeout: number;
  readonly trusted: AllowList | undefined;
  readonly via: string;
  readonly observer: ReverseProxyObserver | undefined;
  readonly now: () => number;
}

/**
 * @throws {TypeError} when an option has the wrong shape.
 * @throws {RangeError} when a number is out of its bounds.
 */
export function resolveOptions(options: HlsProxyOptions): ResolvedOptions {
  const { name = 'hls', mount = '/hls/', via = 'forebay', limits = {}, lifetimes = LIFETIMES } = options;
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name))
    throw new TypeError(`name must be 1 to 64 letters, digits, ".", "_" or "-", not ${JSON.stringify(name)}`);
  if (!/^\/(?:.*\/)?$/.test(mount))
    throw new TypeError(`mount must begin and end with a slash, not ${JSON.stringify(mount)}`);
  if (!/^[\w.-]+(?: \([^()]*\))?$/.test(via))
    throw new TypeError(`via must be one word, with a comment in parentheses or without, not ${JSON.stringify(via)}`);
  return {
    name,
    mount,
    upstreams: options.upstreams,
    access: options.access,
    cache: options.cache,
    connect: options.connect ?? createConnector(),
    limits: {
      requests: positive('limits.requests', limits.requests ?? 10_000),
      blockingReloads: positive('limits.blockingReloads', limits.blockingReloads ?? 10_000),
    },
    maxPlaylistBytes: positive('maxPlaylistBytes', options.maxPlaylistBytes ?? 8 * MEGABYTE),
    lastCopyBytes: positive('lastCopyBytes', options.lastCopyBytes ?? 64 * MEGABYTE),
    shareFor: upTo('shareFor', options.shareFor ?? 0, 1000),
    tellEdges: options.tellEdges,
    prefetch: upTo('prefetch', options.prefetch ?? 0, 1000),
    lifetimes: {
      memory: positive('lifetimes.memory', lifetimes.memory),
      ttl: positive('lifetimes.ttl', lifetimes.ttl),
    },
    sendTimeout: positive('sendTimeout', options.sendTimeout ?? 30_000),
    trusted: options.trusted,
    via: `1.1 ${via}`,
    observer: options.observer,
    now: options.now ?? Date.now,
  };
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw new RangeError(`${name} must be greater than 0, not ${value}`);
  return value;
}

function upTo(name: string, value: number, most: number): number {
  if (!(value >= 0 && value <= most)) throw new RangeError(`${name} must be between 0 and ${most}, not ${value}`);
  return value;
}
