import type {
  CacheEvents,
  CacheInfo,
  GetOptions,
  GetOrSetOptions,
  KeyListing,
  Loader,
  MemoryEntry,
  Opened,
  PurgeSelection,
  SetOptions,
  TieredCache,
} from './cache.js';
import { cacheOptions, type ResolvedCacheOptions, type TieredCacheOptions } from './cache-options.js';
import { CacheError } from './errors.js';
import { Events } from './events.js';
import { Filler } from './filler.js';
import { type Found, foundInMemory, judge, openedFrom, openedFromLoad, servesOnError } from './found.js';
import { Invalidation } from './invalidation.js';
import { Ladder } from './ladder.js';
import { listKeys } from './listing.js';
import { Loads } from './loads.js';
import type { KeptEntry } from './memory/memory-entry.js';
import type { MemoryTier } from './memory/memory-tier.js';
import { storeValue } from './store-value.js';
import { waitFor } from './wait.js';

const NO_OPTIONS = {};
const MAX_KEY_BYTES = 4096;

/**
 * A cache over the given tiers: looked up from the first to the last, filled from one load for all who ask, and never
 * failing for a tier's sake.
 */
export function createTieredCache<M = unknown>(options: TieredCacheOptions): TieredCache<M> {
  return new LadderCache<M>(options);
}

class LadderCache<M> implements TieredCache<M> {
  readonly #options: ResolvedCacheOptions;
  readonly #events = new Events<CacheEvents<M>>();
  readonly #ladder: Ladder<M>;
  readonly #memory: MemoryTier | undefined;
  readonly #filler: Filler;
  readonly #loads: Loads<M>;
  readonly #invalidation: Invalidation<M>;
  readonly #clock: () => number;
  #collapsed = 0;
  #staleServed = 0;
  #closed = false;

  constructor(options: TieredCacheOptions) {
    this.#options = cacheOptions(options);
    this.#clock = this.#options.clock;
    this.#ladder = new Ladder<M>(options.tiers, this.#options, this.#events);
    this.#memory = this.#ladder.memory;
    this.#filler = new Filler(this.#ladder.slots, this.#options);
    this.#loads = new Loads<M>(this.#options, this.#ladder, this.#filler, this.#events);
    this.#invalidation = new Invalidation<M>(this.#options, this.#ladder, this.#loads, this.#events);
  }

  peek(key: string): MemoryEntry<M> | undefined {
    return this.#memory?.peek(key) as KeptEntry<M> | undefined;
  }

  getSync(key: string): MemoryEntry<M> | undefined {
    const entry = this.#memory?.touch(key) as KeptEntry<M> | undefined;
    if (entry === undefined || this.#clock() >= entry.usableUntil) return undefined;
    this.#countMemoryHit(key);
    return entry;
  }

  async get(key: string, options: GetOptions = NO_OPTIONS): Promise<Opened<M> | undefined> {
    this.#check(key);
    const known = this.#ladder.inMemory(key);
    const usable = known !== undefined && judge(known, this.#clock(), undefined) === 'fresh';
    const found = usable ? known : await this.#ladder.find(key, known);
    options.signal?.throwIfAborted();
    if (found === undefined) {
      this.#miss(key);
      return undefined;
    }
    return this.#hit(key, found, judge(found, this.#clock(), undefined) === 'fresh' ? 'fresh' : 'stale');
  }

  getOrSet(key: string, load: Loader<M>, options: GetOrSetOptions<M> = NO_OPTIONS): Opened<M> | Promise<Opened<M>> {
    const memory = this.#memory;
    if (memory === undefined) return this.#openBelow(key, load, options, undefined);
    const entry = memory.touch(key) as KeptEntry<M> | undefined;
    if (entry === undefined) return this.#openBelow(key, load, options, undefined);
    const now = this.#clock();
    const { decide } = options;
    if (now < entry.usableUntil && (decide === undefined || decide(entry.head, now) === 'fresh')) {
      this.#countMemoryHit(key);
      const opened = (entry.opened ??= openedFrom(foundInMemory(entry, memory.name), 'fresh'));
      if (now >= entry.refreshAt) this.#refreshAhead(entry, load, options);
      return opened;
    }
    return this.#openStale(key, load, options);
  }

  async set(key: string, value: Uint8Array | AsyncIterable<Uint8Array>, options: SetOptions<M>): Promise<void> {
    this.#check(key);
    this.#loads.disown((loading) => loading === key);
    this.#ladder.removed();
    const { head, size } = await storeValue({
      key,
      value,
      options,
      cache: this.#options,
      ladder: this.#ladder,
      filler: this.#filler,
    });
    this.#events.emit('store', { key, head, size });
  }

  async delete(key: string): Promise<boolean> {
    this.#check(key);
    return this.#invalidation.delete(key);
  }

  purge(selection: PurgeSelection): Promise<number> {
    return this.#invalidation.purge(selection);
  }

  clear(tier?: string): Promise<number> {
    return this.#invalidation.clear(tier);
  }

  keys(
    options: { limit?: number; offset?: number; contains?: string; prefix?: string } = NO_OPTIONS,
  ): Promise<KeyListing> {
    return listKeys(this.#ladder, { limit: 10, offset: 0, ...options });
  }

  search(text: string, options: { limit?: number; offset?: number } = NO_OPTIONS): Promise<KeyListing> {
    return this.keys({ ...options, contains: text });
  }

  async info(): Promise<CacheInfo> {
    const memory = this.#memory === undefined ? [] : [this.#memory];
    const healthy = await Promise.all(
      memory.map(async (tier) => ({
        ...(await tier.stats()),
        name: tier.name,
        state: 'closed' as const,
        lastError: undefined,
      })),
    );
    const below = await Promise.all(this.#ladder.slots.map((slot) => slot.info()));
    return {
      tiers: [...healthy, ...below],
      loading: this.#loads.running,
      loads: this.#loads.counts.loads,
      loadErrors: this.#loads.counts.errors,
      collapsed: this.#collapsed,
      staleServed: this.#staleServed,
    };
  }

  async sweep(): Promise<void> {
    await this.#memory?.sweep?.();
    for (const slot of this.#ladder.slots)
      await slot.attempt('write', 'sweep', async () => void (await slot.tier.sweep?.()), undefined);
  }

  on<K extends keyof CacheEvents<M>>(event: K, listener: (detail: CacheEvents<M>[K]) => void): () => void {
    return this.#events.on(event, listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#invalidation.close();
    this.#loads.close();
    await this.#filler.idle();
    await this.#memory?.close();
    await Promise.all(this.#ladder.slots.map((slot) => slot.tier.close().catch(() => undefined)));
  }

  #check(key: string): void {
    if (this.#closed) throw new CacheError('ERR_CACHE_CLOSED', 'The cache was closed');
    // No character takes more than three bytes per UTF-16 unit.
    const fits = key.length * 3 <= MAX_KEY_BYTES || Buffer.byteLength(key) <= MAX_KEY_BYTES;
    if (key === '' || !fits)
      throw new CacheError('ERR_CACHE_KEY', `A key has 1 to ${MAX_KEY_BYTES} bytes, not ${Buffer.byteLength(key)}`);
  }

  /** Memory has a copy that is not simply fresh: it may still do, at once, with a refresh behind it. */
  #openStale(key: string, load: Loader<M>, options: GetOrSetOptions<M>): Opened<M> | Promise<Opened<M>> {
    const known = this.#ladder.inMemory(key);
    if (known !== undefined && judge(known, this.#clock(), options.decide) === 'stale-while-revalidate') {
      const look = this.#ladder.slots.length > 0;
      this.#loads.refresh(key, load, known, this.#hard(options), look);
      return this.#hit(key, known, 'stale');
    }
    return this.#openBelow(key, load, options, known);
  }

  async #openBelow(
    key: string,
    load: Loader<M>,
    options: GetOrSetOptions<M>,
    known: Found<M> | undefined,
  ): Promise<Opened<M>> {
    this.#check(key);
    options.signal?.throwIfAborted();
    const underway = known === undefined ? this.#loads.joinable(key) : undefined;
    const found = underway === undefined ? await this.#ladder.find(key, known) : underway.stale;
    options.signal?.throwIfAborted();
    if (found !== undefined && underway === undefined) {
      const now = this.#clock();
      const verdict = judge(found, now, options.decide);
      if (verdict === 'fresh') return this.#hit(key, found, 'fresh');
      if (verdict === 'stale-while-revalidate') {
        this.#loads.refresh(key, load, found, this.#hard(options), false);
        return this.#hit(key, found, 'stale');
      }
      const failure = this.#loads.remembered.failure(key);
      if (failure !== undefined && servesOnError(found, now, options.mayServeOnError))
        return this.#hit(key, found, 'stale', failure);
    }
    this.#miss(key);
    return this.#load(key, load, options, found);
  }

  async #load(
    key: string,
    load: Loader<M>,
    options: GetOrSetOptions<M>,
    found: Found<M> | undefined,
    alone: boolean = this.#loads.remembered.passes(key),
  ): Promise<Opened<M>> {
    if (this.#closed) throw new CacheError('ERR_CACHE_CLOSED', 'The cache was closed');
    const underway = alone ? undefined : this.#loads.joinable(key);
    const flight =
      underway ??
      this.#loads.begin(key, load, found, { hardTimeout: this.#hard(options), alone, background: false, look: false });
    if (underway !== undefined) this.#collapsed++;
    const result = await waitFor(flight, {
      signal: options.signal,
      softTimeout: found === undefined ? Infinity : (options.softTimeout ?? this.#options.softTimeout),
      maySoften: () => found !== undefined && servesOnError(found, this.#clock(), options.mayServeOnError),
      onLastLeft: () => this.#loads.abandon(flight),
    });
    switch (result.kind) {
      case 'soft':
        return this.#hit(key, found as Found<M>, 'stale');
      case 'failed':
        if (found !== undefined && servesOnError(found, this.#clock(), options.mayServeOnError) && !this.#closed)
          return this.#hit(key, found, 'stale', result);
        throw result.error;
      case 'found':
        return this.#hit(key, result.found, 'fresh');
      case 'loaded':
      case 'renewed':
        return openedFromLoad(result, underway !== undefined);
      case 'passed':
        if (result.taken) return this.#load(key, load, options, found, true);
        result.taken = true;
        return { head: result.head, body: result.body, source: 'load', state: 'passed', collapsed: false };
    }
  }

  #refreshAhead(entry: KeptEntry<M>, load: Loader<M>, options: GetOrSetOptions<M>): void {
    if (this.#memory === undefined || this.#closed) return;
    entry.refreshAt = Infinity;
    this.#loads.refresh(entry.key, load, foundInMemory(entry, this.#memory.name), this.#hard(options), false);
  }

  #hard(options: GetOrSetOptions<M>): number {
    return options.hardTimeout ?? this.#options.hardTimeout;
  }

  #hit(key: string, found: Found<M>, state: 'fresh' | 'stale', failure?: { readonly error: unknown }): Opened<M> {
    const stale = state === 'stale';
    if (stale) this.#staleServed++;
    if (found.tier === this.#memory?.name) this.#memory.tally(true);
    else this.#memory?.tally(false);
    if (this.#events.heard('hit')) this.#events.emit('hit', { key, tier: found.tier, stale });
    return openedFrom(found, state, failure && { error: failure.error });
  }

  #countMemoryHit(key: string): void {
    const memory = this.#memory;
    if (memory === undefined) return;
    memory.tally(true);
    if (this.#events.heard('hit')) this.#events.emit('hit', { key, tier: memory.name, stale: false });
  }

  #miss(key: string): void {
    this.#memory?.tally(false);
    if (this.#events.heard('miss')) this.#events.emit('miss', { key });
  }
}
