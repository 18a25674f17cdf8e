import { LRUCache } from 'lru-cache';
import type { EntryHead } from '../entry.js';
import { sameEntry, wantedIn } from '../lifetime.js';
import { joinBytes } from '../bytes.js';
import type { KeyPage, Tier, TierEntry, TierStats, TierWriter } from '../tier.js';
import { Headroom } from './headroom.js';
import { KeptEntry } from './memory-entry.js';
import { memoryOptions, type MemoryTierOptions } from './memory-options.js';

/** A tier that answers at once. The cache asks such a one without promises, and it must come first. */
export interface MemoryTier extends Tier {
  /** The largest body that it keeps. */
  readonly maxEntryBytes: number;
  /** Changes nothing, counts nothing. */
  peek(key: string): KeptEntry | undefined;
  /** Refreshes recency; counts nothing. */
  touch(key: string): KeptEntry | undefined;
  tally(found: boolean): void;
  place(key: string, head: EntryHead, bytes: Uint8Array): KeptEntry | undefined;
  remove(key: string): boolean;
  /** All that there is now; what changes meanwhile does not show. */
  entries(): readonly KeptEntry[];
}

/** What an entry costs beside key, metadata and bytes: objects, map slots, list links; measured on Node 20. */
const OVERHEAD_BYTES = 600;

function costOf(entry: KeptEntry): number {
  return OVERHEAD_BYTES + entry.key.length * 2 + headCost(entry.head) + entry.headroom + entry.bytes.byteLength;
}

function headCost(head: EntryHead): number {
  const metadata = JSON.stringify(head.metadata) as string | undefined;
  return 2 * (metadata?.length ?? 0) + head.tags.reduce((sum, tag) => sum + 2 * tag.length + 16, 0);
}

/** Keeps recently used entries in the process, within a bound in bytes and one in entries. */
export function memoryTier(options: MemoryTierOptions = {}): MemoryTier {
  return new LruTier(options);
}

class LruTier implements MemoryTier {
  readonly name: string;
  readonly maxEntryBytes: number;
  readonly #clock: () => number;
  readonly #lru: LRUCache<string, KeptEntry>;
  readonly #room: Headroom;
  readonly #maxEntries: number | undefined;
  readonly #maxBytes: number;
  #hits = 0;
  #misses = 0;
  #writes = 0;
  #evictions = 0;

  constructor(options: MemoryTierOptions) {
    const resolved = memoryOptions(options);
    this.name = resolved.name;
    this.maxEntryBytes = resolved.maxEntryBytes;
    this.#clock = resolved.clock;
    this.#maxBytes = resolved.maxBytes;
    this.#room = new Headroom(resolved.headroom);
    this.#maxEntries = resolved.maxEntries;
    this.#lru = new LRUCache<string, KeptEntry>({
      ...(resolved.maxEntries === undefined ? {} : { max: resolved.maxEntries }),
      maxSize: resolved.maxBytes,
      sizeCalculation: costOf,
      dispose: (_entry, _key, reason) => {
        if (reason === 'evict') this.#evictions++;
      },
    });
  }

  peek(key: string): KeptEntry | undefined {
    return this.#lru.peek(key);
  }

  touch(key: string): KeptEntry | undefined {
    return this.#lru.get(key);
  }

  tally(found: boolean): void {
    if (found) this.#hits++;
    else this.#misses++;
  }

  place(key: string, head: EntryHead, bytes: Uint8Array): KeptEntry | undefined {
    if (bytes.byteLength > this.maxEntryBytes || !wantedIn(head, this.name)) {
      this.#lru.delete(key);
      return undefined;
    }
    const entry = new KeptEntry(key, head, this.#room.keep(bytes), this.#clock(), this.name);
    this.#lru.set(key, entry);
    this.#writes++;
    return this.#lru.peek(key) === entry ? entry : undefined;
  }

  remove(key: string): boolean {
    return this.#lru.delete(key);
  }

  entries(): readonly KeptEntry[] {
    return [...this.#lru.values()];
  }

  open(key: string): Promise<TierEntry | undefined> {
    const entry = this.#lru.get(key);
    this.tally(entry !== undefined);
    if (entry === undefined) return Promise.resolve(undefined);
    const { head, body, placedAt } = entry;
    return Promise.resolve({ key, head, body, placedAt, close: nothing });
  }

  write(key: string, head: EntryHead, size: number | undefined): TierWriter | undefined {
    if ((size ?? 0) > this.maxEntryBytes || !wantedIn(head, this.name)) return undefined;
    const chunks: Uint8Array[] = [];
    let total = 0;
    return {
      write: (chunk) => {
        total += chunk.byteLength;
        if (total <= this.maxEntryBytes) chunks.push(chunk);
        else chunks.length = 0;
      },
      commit: () => {
        if (total <= this.maxEntryBytes) this.place(key, head, joinBytes(chunks));
        else this.#lru.delete(key);
        return Promise.resolve();
      },
      abort: () => {
        chunks.length = 0;
      },
    };
  }

  renew(key: string, head: EntryHead, previous?: EntryHead): Promise<boolean> {
    const entry = this.#lru.peek(key);
    if (entry !== undefined && previous !== undefined && !sameEntry(entry.head, previous))
      return Promise.resolve(false);
    return Promise.resolve(entry !== undefined && this.place(key, head, entry.bytes) !== undefined);
  }

  delete(key: string): Promise<boolean> {
    return Promise.resolve(this.#lru.delete(key));
  }

  has(key: string): Promise<boolean> {
    return Promise.resolve(this.#lru.peek(key) !== undefined);
  }

  clear(): Promise<number> {
    const entries = this.#lru.size;
    this.#lru.clear();
    return Promise.resolve(entries);
  }

  /** The cursor is a count: entries that move meanwhile may be seen twice or not at all. */
  keys(options: { limit: number; cursor?: string; prefix?: string; contains?: string }): Promise<KeyPage> {
    const { limit, prefix = '', contains = '' } = options;
    const from = Number(options.cursor ?? 0);
    const keys: { key: string; head: EntryHead; size: number }[] = [];
    let position = 0;
    for (const { key, head, bytes } of this.#lru.values()) {
      if (position++ < from || !key.startsWith(prefix) || !key.includes(contains)) continue;
      if (keys.length === limit) return Promise.resolve({ keys, cursor: String(position - 1) });
      keys.push({ key, head, size: bytes.byteLength });
    }
    return Promise.resolve({ keys, cursor: undefined });
  }

  stats(): TierStats {
    return {
      hits: this.#hits,
      misses: this.#misses,
      writes: this.#writes,
      errors: 0,
      evictions: this.#evictions,
      entries: this.#lru.size,
      bytes: this.#lru.calculatedSize,
      maxEntries: this.#maxEntries,
      maxBytes: this.#maxBytes,
    };
  }

  sweep(): Promise<{ removed: number }> {
    const now = this.#clock();
    let removed = 0;
    for (const [key, entry] of this.#lru.entries()) if (entry.garbageFrom <= now && this.#lru.delete(key)) removed++;
    return Promise.resolve({ removed });
  }

  close(): Promise<void> {
    this.#lru.clear();
    return Promise.resolve();
  }
}

function nothing(): void {}
