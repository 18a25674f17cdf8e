import type { Coordinator, InvalidationBus } from './bus.js';
import { notNegative, positive, positiveInteger, share } from './checks.js';
import type { LifetimeDefaults } from './lifetime.js';
import type { TierBreakerOptions } from './tier-breaker.js';
import type { Tier } from './tier.js';

export interface TieredCacheOptions {
  /** From the nearest to the farthest; a memory tier, if there is one, comes first. */
  readonly tiers: readonly Tier[];
  /** Milliseconds after its freshness in which an entry is given out while a refresh runs behind it. @default 0 */
  readonly staleWhileRevalidate?: number;
  /** Milliseconds after its freshness in which an entry is given out when a refresh fails. @default 0 */
  readonly staleIfError?: number;
  /** Share of a lifetime by which it is cut at random, so that what was stored together does not end together. @default 0 */
  readonly jitter?: number;
  /** Share of a lifetime, at its end, in which a hit in memory begins a refresh behind it. @default 0 */
  readonly refreshAhead?: number;
  /** Milliseconds of loading after which a stale copy is given. @default Infinity */
  readonly softTimeout?: number;
  /** Milliseconds that a loader has to come back with an answer; its body may take longer. @default 30000 */
  readonly hardTimeout?: number;
  /** Milliseconds after a failed refresh in which the stale copy is given without trying again. @default 5000 */
  readonly retryStaleAfter?: number;
  /** Milliseconds for which a key stays known as not to be kept, so that nobody waits for another's load of it. @default 30000 */
  readonly passFor?: number;
  /** Refreshes behind answers that may run at once; more are left to later requests. @default 64 */
  readonly maxBackgroundLoads?: number;
  /** Bodies up to this many bytes are held whole while they arrive. @default 8 MB */
  readonly retainBytes?: number;
  /** Of larger ones, bytes that are held ahead of the slowest reader. @default 256 KB */
  readonly windowBytes?: number;
  /** Bytes on their way to the lower tiers beyond which they go without. @default 64 MB */
  readonly maxFillBytes?: number;
  /** `all`: every tier below memory gets what is stored; `first`: only the first that takes it, the others stand by. @default 'all' */
  readonly fill?: 'all' | 'first';
  /** Milliseconds that a tier has to open an entry, or to get on with writing one; more is a failure of the tier. @default 2000 */
  readonly tierTimeout?: number;
  /** When a tier that fails is skipped. */
  readonly breaker?: TierBreakerOptions;
  /** Tells the caches of other processes what was removed here, and hears of theirs. */
  readonly bus?: InvalidationBus;
  /** Lets one of many processes load an entry; the others then look into the shared tiers. */
  readonly coordinator?: Coordinator;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number;
  /** From 0 to 1. @default Math.random */
  readonly random?: () => number;
}

export interface ResolvedCacheOptions {
  readonly lifetimes: LifetimeDefaults;
  readonly refreshAhead: number;
  readonly softTimeout: number;
  readonly hardTimeout: number;
  readonly retryStaleAfter: number;
  readonly passFor: number;
  readonly maxBackgroundLoads: number;
  readonly retainBytes: number;
  readonly windowBytes: number;
  readonly maxFillBytes: number;
  readonly fill: 'all' | 'first';
  readonly tierTimeout: number;
  readonly breaker: Required<TierBreakerOptions>;
  readonly bus: InvalidationBus | undefined;
  readonly coordinator: Coordinator | undefined;
  readonly clock: () => number;
}

const MB = 1024 * 1024;

export function cacheOptions(options: TieredCacheOptions): ResolvedCacheOptions {
  if (options.tiers.length === 0) throw new TypeError('tiers must hold one tier at least, not none');
  const names = options.tiers.map((tier) => tier.name);
  if (new Set(names).size < names.length)
    throw new TypeError(`tiers must have different names, not ${names.join(', ')}`);
  const fill = options.fill ?? 'all';
  if (fill !== 'all' && fill !== 'first') throw new TypeError(`fill must be 'all' or 'first', not ${String(fill)}`);
  return {
    lifetimes: {
      staleWhileRevalidate: notNegative('staleWhileRevalidate', options.staleWhileRevalidate ?? 0),
      staleIfError: notNegative('staleIfError', options.staleIfError ?? 0),
      jitter: share('jitter', options.jitter ?? 0),
      random: options.random ?? Math.random,
    },
    refreshAhead: share('refreshAhead', options.refreshAhead ?? 0),
    softTimeout: positive('softTimeout', options.softTimeout ?? Infinity),
    hardTimeout: positive('hardTimeout', options.hardTimeout ?? 30_000),
    retryStaleAfter: notNegative('retryStaleAfter', options.retryStaleAfter ?? 5000),
    passFor: notNegative('passFor', options.passFor ?? 30_000),
    maxBackgroundLoads: positiveInteger('maxBackgroundLoads', options.maxBackgroundLoads ?? 64),
    retainBytes: notNegative('retainBytes', options.retainBytes ?? 8 * MB),
    windowBytes: positive('windowBytes', options.windowBytes ?? MB / 4),
    maxFillBytes: positive('maxFillBytes', options.maxFillBytes ?? 64 * MB),
    fill,
    tierTimeout: Math.min(positive('tierTimeout', options.tierTimeout ?? 2000), 2 ** 31 - 1),
    breaker: {
      failures: positiveInteger('breaker.failures', options.breaker?.failures ?? 3),
      openFor: positive('breaker.openFor', options.breaker?.openFor ?? 2000),
      maxOpenFor: positive('breaker.maxOpenFor', options.breaker?.maxOpenFor ?? 60_000),
    },
    bus: options.bus,
    coordinator: options.coordinator,
    clock: options.clock ?? Date.now,
  };
}
