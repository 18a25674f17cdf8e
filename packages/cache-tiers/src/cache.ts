import type { Body, EntryHead, Lifetime, PushSource } from './entry.js';
import type { KeyInfo, TierStats } from './tier.js';

/** An entry of the memory tier: all of it, at once. */
export interface MemoryEntry<M = unknown> {
  readonly key: string;
  readonly head: EntryHead<M>;
  /** Never to be written to. */
  readonly bytes: Uint8Array;
  /** Bytes in front of `bytes`, in the same `ArrayBuffer`, that belong to whoever reads this; see the memory tier's option. */
  readonly headroom: number;
  readonly placedAt: number;
  /** The earlier of `freshUntil` and the memory tier's own time limit. */
  readonly usableUntil: number;
  /** A place for what a caller derives from the entry (a ready header block); goes with the entry, gone when it is renewed. */
  prepared: unknown;
}

/** What a look-up or a load gives. */
export interface Opened<M = unknown> {
  readonly head: EntryHead<M>;
  readonly body: Body;
  /** Name of the tier, or `load`. */
  readonly source: string;
  /** `fresh`: from a tier; `stale`: from a tier, past its freshness; `loaded`: from the loader; `revalidated`: the loader said the copy is still right; `passed`: from the loader, not kept and not shared. */
  readonly state: 'fresh' | 'stale' | 'loaded' | 'revalidated' | 'passed';
  /** Whether this caller joined a load that another had begun. */
  readonly collapsed: boolean;
  /** Why a stale copy was given although a load was tried. */
  readonly error?: unknown;
  /** The memory entry itself where the answer came from there. */
  readonly entry?: MemoryEntry<M>;
}

export interface LoadContext<M = unknown> {
  readonly key: string;
  /** Aborted when nobody waits for the load or reads its body any more, on the hard time limit, and on `close()`. */
  readonly signal: AbortSignal;
  /** The copy that is to be refreshed, for a conditional request. */
  readonly stale: { readonly head: EntryHead<M>; readonly size: number | undefined } | undefined;
}

/** What a loader comes back with, as soon as it knows the metadata; the bytes may follow. */
export type Loaded<M = unknown> =
  | {
      readonly kind: 'store';
      readonly metadata: M;
      readonly lifetime: Lifetime;
      readonly tags?: readonly string[];
      /** Announced length; a body that ends elsewhere is a failure and is not kept. */
      readonly size?: number;
      readonly body: LoadBody;
    }
  /** Not to be kept, so not to be shared: everyone else who waits runs a load of their own, all at once. */
  | { readonly kind: 'pass'; readonly metadata: M; readonly size?: number; readonly body: LoadBody }
  /** The stale copy is still right (304). */
  | { readonly kind: 'renew'; readonly metadata: M; readonly lifetime: Lifetime; readonly tags?: readonly string[] };

export type LoadBody = Uint8Array | AsyncIterable<Uint8Array> | PushSource;

export type Loader<M = unknown> = (context: LoadContext<M>) => Promise<Loaded<M>>;

export interface GetOptions {
  readonly signal?: AbortSignal;
}

export interface GetOrSetOptions<M = unknown> extends GetOptions {
  /** Overrules the lifetimes for this call: what to do with a copy that was found. @default by the head's own times */
  readonly decide?: (head: EntryHead<M>, now: number) => 'fresh' | 'stale-while-revalidate' | 'revalidate';
  /** Overrules whether a stale copy may be given when the load fails. @default until `staleIfErrorUntil` */
  readonly mayServeOnError?: (head: EntryHead<M>, now: number) => boolean;
  /** After this many ms of loading a stale copy is given, if there is one, and the load goes on behind it. @default the cache's */
  readonly softTimeout?: number;
  /** After this many ms the load is aborted. @default the cache's */
  readonly hardTimeout?: number;
}

export interface SetOptions<M = unknown> {
  readonly metadata: M;
  readonly lifetime: Lifetime;
  readonly tags?: readonly string[];
  readonly size?: number;
}

export interface PurgeSelection {
  readonly keys?: readonly string[];
  readonly prefix?: string;
  readonly tags?: readonly string[];
  /** Makes entries stale instead of removing them: they may still serve while the origin fails. @default false */
  readonly soft?: boolean;
}

export interface KeyListing {
  readonly keys: readonly (KeyInfo & { readonly tiers: readonly string[] })[];
  readonly total: number;
}

export interface TierInfo extends TierStats {
  readonly name: string;
  /** The tier's breaker: `open` means that it is being skipped. */
  readonly state: 'closed' | 'open' | 'half-open';
  readonly lastError: string | undefined;
}

export interface CacheInfo {
  readonly tiers: readonly TierInfo[];
  readonly loading: number;
  readonly loads: number;
  readonly loadErrors: number;
  readonly collapsed: number;
  readonly staleServed: number;
}

export interface CacheEvents<M = unknown> {
  hit: { key: string; tier: string; stale: boolean };
  miss: { key: string };
  store: { key: string; head: EntryHead<M>; size: number };
  'load-error': { key: string; error: unknown; stale: boolean };
  'tier-error': { tier: string; operation: string; error: unknown };
  'tier-state': { tier: string; state: 'closed' | 'open' | 'half-open' };
  purge: { selection: PurgeSelection; removed: number };
}

/** Made by `createTieredCache({ tiers: [memoryTier(…), diskTier(…)], … })`. `M` is the caller's metadata. */
export interface TieredCache<M = unknown> {
  /** Memory only, at once, whatever its freshness; changes nothing, counts nothing. */
  peek(key: string): MemoryEntry<M> | undefined;
  /** Memory only, at once, and only if usable now: counts a hit and refreshes recency. Nothing found counts nothing. */
  getSync(key: string): MemoryEntry<M> | undefined;
  /** From the first tier that has it, fresh or stale but not garbage; never loads. Promotes upwards. */
  get(key: string, options?: GetOptions): Promise<Opened<M> | undefined>;
  set(key: string, value: Uint8Array | AsyncIterable<Uint8Array>, options: SetOptions<M>): Promise<void>;
  /** One load for all who ask at once. No promise on a usable memory hit. */
  getOrSet(key: string, load: Loader<M>, options?: GetOrSetOptions<M>): Opened<M> | Promise<Opened<M>>;
  delete(key: string): Promise<boolean>;
  purge(selection: PurgeSelection): Promise<number>;
  /** Clears one tier by name, or all; resolves to how many entries went from the tier that had most. */
  clear(tier?: string): Promise<number>;
  keys(options?: {
    readonly limit?: number;
    readonly offset?: number;
    readonly contains?: string;
    readonly prefix?: string;
  }): Promise<KeyListing>;
  search(text: string, options?: { readonly limit?: number; readonly offset?: number }): Promise<KeyListing>;
  info(): Promise<CacheInfo>;
  /** Removes what is past its life from every tier that wants sweeping. */
  sweep(): Promise<void>;
  on<K extends keyof CacheEvents<M>>(event: K, listener: (detail: CacheEvents<M>[K]) => void): () => void;
  close(): Promise<void>;
}
