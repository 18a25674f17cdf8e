import type { KeyInfo, Tier, TieredCache } from '@forebay/cache-tiers';
import type { StoredMeta } from '@forebay/reverse-proxy';
import type { Config } from './config/config.js';
import type { WorkerCache } from './parts/cache.js';
import type { SharedTier } from './parts/shared-tiers.js';
import { answers, type Bus } from './process/messages.js';
import { cacheTiers, memoryKeys, type CachedKey, type TierView } from './topics.js';

export type ClearType = 'memory' | 'l2' | 'disk' | 'redis' | 'all';

export interface PurgeRequest {
  readonly keys?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

export interface ListOptions {
  readonly limit: number;
  readonly offset: number;
  readonly contains?: string;
}

/** One tier as `GET /cache/info` shows it: entries, bytes, and a share from 0 to 1. */
export interface MemoryInfo extends HitRates {
  readonly enabled: boolean;
  readonly current_size: number;
  readonly max_size: number;
  readonly total_size: number;
  readonly max_bytes: number;
  readonly evictions: number;
}

export interface LowerTierInfo extends Partial<HitRates> {
  readonly type: string;
  readonly state: string;
  readonly nodes?: readonly string[];
  readonly bus_state?: string;
  readonly current_size?: number;
  readonly total_size?: number;
  readonly max_bytes?: number | null;
  readonly evictions?: number;
  readonly last_error?: string | null;
}

interface HitRates {
  readonly hits: number;
  readonly misses: number;
  readonly hit_rate: number;
}

export interface CacheInfo {
  readonly cache_enabled: boolean;
  readonly architecture: string;
  readonly memory_cache: MemoryInfo;
  readonly l2_cache: LowerTierInfo;
}

/** A cached key as it is listed. */
export interface ListedKey {
  readonly key: string;
  readonly content_type: string | null;
  readonly size_bytes: number;
  readonly tiers: readonly string[];
  readonly expires_at: string;
}

/**
 * One cache over all workers: each has memory of its own, and all share what is below. Invalidations reach the other
 * workers through the cache's own bus.
 */
export class CacheControl {
  readonly #cache: TieredCache<StoredMeta>;
  readonly #memory: Tier;
  readonly #shared: SharedTier | undefined;
  readonly #bus: Bus;
  readonly #config: Config;

  constructor({ cache, memory, shared }: WorkerCache, bus: Bus, config: Config) {
    this.#cache = cache;
    this.#shared = shared;
    this.#memory = memory;
    this.#bus = bus;
    this.#config = config;
    bus.handle(cacheTiers, () => this.tiers());
    bus.handle(memoryKeys, ({ contains }) => this.#memoryKeys(contains));
  }

  /** `GET /cache/info`, in the shape of the contract. */
  async info(): Promise<CacheInfo> {
    const workers = answers(await this.#bus.ask(cacheTiers, null, { to: 'workers' }));
    const memory = workers.flatMap((tiers) => tiers.filter(({ name }) => name === 'memory'));
    const [first] = workers;
    const lower = first?.find(({ name }) => name !== 'memory');
    const sameTier = workers.flatMap((tiers) => tiers.filter(({ name }) => name === lower?.name));
    return {
      cache_enabled: this.#config.cache.enabled,
      architecture: 'L1 (Memory) + L2 (Redis/Disk)',
      memory_cache: {
        enabled: this.#config.cache.enabled,
        ...ratesOf(memory),
        current_size: sum(memory, ({ entries }) => entries),
        max_size: this.#config.memory.entries,
        total_size: sum(memory, ({ bytes }) => bytes),
        max_bytes: this.#config.memory.bytes,
        evictions: sum(memory, ({ evictions }) => evictions),
      },
      l2_cache: lower === undefined ? { type: 'none', state: 'disabled' } : this.#lowerInfo(lower, sameTier),
    };
  }

  async keys(options: ListOptions): Promise<{ readonly keys: readonly ListedKey[]; readonly total: number }> {
    const { contains } = options;
    const replies = await this.#bus.ask(memoryKeys, { contains }, { to: 'workers' });
    const listing = await this.#cache.keys(options);
    const inMemory = new Map(
      answers(replies)
        .flat()
        .map((info) => [info.key, info]),
    );
    const keys = listing.keys.map((info) => {
      const elsewhere = inMemory.has(info.key) && !info.tiers.includes('memory');
      return describeKey(cachedKey(info, elsewhere ? ['memory', ...info.tiers] : info.tiers));
    });
    return { keys, total: listing.total };
  }

  async clear(type: ClearType): Promise<{ readonly cleared: readonly string[]; readonly entries: number }> {
    const tiers = (await this.#cache.info()).tiers.map(({ name }) => name);
    const wanted = tiers.filter((name) => type === 'all' || type === name || (type === 'l2' && name !== 'memory'));
    let entries = 0;
    for (const name of wanted) entries = Math.max(entries, await this.#cache.clear(name));
    return { cleared: wanted, entries };
  }

  /** Keys and prefixes that begin with a slash are paths: they are purged in every route. */
  async purge({ keys, prefix, tags }: PurgeRequest): Promise<number> {
    const routes = this.#config.routes.map(({ name }) => name);
    const spelt = (key: string): string[] => (key.startsWith('/') ? routes.map((route) => `${route}:${key}`) : [key]);
    let purged = 0;
    if (keys || tags)
      purged += await this.#cache.purge({ ...(keys ? { keys: keys.flatMap(spelt) } : {}), ...(tags ? { tags } : {}) });
    for (const each of prefix === undefined ? [] : spelt(prefix)) purged += await this.#cache.purge({ prefix: each });
    return purged;
  }

  /** The tiers as this worker sees them. */
  async tiers(): Promise<readonly TierView[]> {
    const { tiers } = await this.#cache.info();
    return tiers.map(
      ({ name, state, hits, misses, entries, bytes, maxEntries, maxBytes, evictions, errors, lastError }) => ({
        name,
        state,
        hits,
        misses,
        entries,
        bytes,
        maxEntries,
        maxBytes,
        evictions,
        errors,
        lastError,
      }),
    );
  }

  #lowerInfo(lower: TierView, sameTier: readonly TierView[]): LowerTierInfo {
    return {
      type: lower.name,
      nodes: this.#shared?.nodes() ?? [],
      state: this.#shared?.state() ?? (lower.state === 'open' ? 'disconnected' : 'connected'),
      // Whether this worker hears what other nodes remove.
      ...(this.#shared === undefined ? {} : { bus_state: this.#shared.bus.state() }),
      ...ratesOf(sameTier),
      // Shared by all workers: each sees the whole, some a moment later than others.
      current_size: Math.max(...sameTier.map(({ entries }) => entries)),
      total_size: Math.max(...sameTier.map(({ bytes }) => bytes)),
      max_bytes: lower.maxBytes ?? null,
      evictions: sum(sameTier, ({ evictions }) => evictions),
      last_error: this.#shared?.lastError()?.message ?? lower.lastError ?? null,
    };
  }

  async #memoryKeys(contains: string | undefined): Promise<readonly CachedKey[]> {
    const page = await this.#memory.keys({
      limit: this.#config.memory.entries,
      ...(contains === undefined ? {} : { contains }),
    });
    return page.keys.map((info) => cachedKey(info, ['memory']));
  }
}

function cachedKey(info: KeyInfo, tiers: readonly string[]): CachedKey {
  const metadata = info.head.metadata as StoredMeta;
  const contentType = metadata.headers['content-type'];
  return {
    key: info.key,
    contentType: typeof contentType === 'string' ? contentType : undefined,
    sizeBytes: info.size,
    expiresAt: info.head.freshUntil,
    tiers,
  };
}

const describeKey = (info: CachedKey): ListedKey => ({
  key: info.key,
  content_type: info.contentType ?? null,
  size_bytes: info.sizeBytes,
  tiers: info.tiers,
  expires_at: new Date(info.expiresAt).toISOString(),
});

function ratesOf(tiers: readonly TierView[]): HitRates {
  const hits = sum(tiers, (tier) => tier.hits);
  const misses = sum(tiers, (tier) => tier.misses);
  return { hits, misses, hit_rate: Math.round((hits / Math.max(1, hits + misses)) * 10_000) / 10_000 };
}

function sum(tiers: readonly TierView[], pick: (tier: TierView) => number): number {
  return tiers.reduce((total, tier) => total + pick(tier), 0);
}
