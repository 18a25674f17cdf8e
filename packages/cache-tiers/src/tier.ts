import type { Body, EntryHead } from './entry.js';

/** An entry found in a tier, opened for reading. */
export interface TierEntry {
  readonly key: string;
  readonly head: EntryHead;
  readonly body: Body;
  /** When this tier got its copy, ms since the epoch (for `tierTtls`). */
  readonly placedAt: number;
  /** Gives back what is held (a file handle) when the body was not read; idempotent. */
  close(): void;
}

/** An entry being written: bytes as they arrive, then one of `commit` and `abort`. Until `commit` has resolved nobody can read it through the tier. */
export interface TierWriter {
  /**
   * Takes the chunk. A promise asks to wait for it before more is written; it rejects when the tier gave up (with
   * `ERR_CACHE_TIER_DECLINED` when that is no failure, only too large).
   */
  write(chunk: Uint8Array): void | Promise<void>;
  commit(): Promise<void>;
  /** Drops what was written; never rejects. */
  abort(): void | Promise<void>;
  /**
   * Bytes already readable again through `readBack`, counted from the start; a tier that has it lets a growing body
   * drop from memory what is durable here.
   */
  readonly written?: number;
  /** Reads back a part of what was written; still works after `commit` and `abort`, until `release`. */
  readBack?(start: number, length: number): Promise<Uint8Array>;
  /** Lets go of what `readBack` needs; called once, after `commit` or `abort`, when no reader needs it any more. */
  release?(): void;
}

/** "All that was stored until `at` under this prefix or tag is purged": a generation, so nothing need be scanned for. */
export interface PurgeMark {
  readonly kind: 'prefix' | 'tag';
  readonly value: string;
  /** Milliseconds since the epoch; compared with `storedAt` of entries. */
  readonly at: number;
  /** Makes entries stale as of `at` instead of removing them. */
  readonly soft: boolean;
}

export interface KeyPage {
  readonly keys: readonly KeyInfo[];
  /** Where to go on; `undefined` at the end. Opaque. */
  readonly cursor: string | undefined;
}

export interface KeyInfo {
  readonly key: string;
  readonly head: EntryHead;
  readonly size: number;
}

export interface TierStats {
  readonly hits: number;
  readonly misses: number;
  readonly writes: number;
  readonly errors: number;
  readonly evictions: number;
  /** Entries now; an estimate where counting would cost a scan. */
  readonly entries: number;
  /** Bytes now, likewise. */
  readonly bytes: number;
  readonly maxEntries: number | undefined;
  readonly maxBytes: number | undefined;
}

/**
 * One place where entries are kept. A tier answers what it has, never decides on freshness, and fails by rejecting:
 * the cache above skips a tier that fails. A damaged entry is a miss, not an error.
 */
export interface Tier {
  /** Shown to users: `memory`, `disk`, `redis`. */
  readonly name: string;
  /** Whether other nodes see the same content, so that what one of them removes is gone here too. @default false */
  readonly shared?: boolean;
  open(key: string, options?: { readonly signal?: AbortSignal }): Promise<TierEntry | undefined>;
  /** `size` is the body's length where it is known. `undefined`: the tier does not want it (too large). */
  write(
    key: string,
    head: EntryHead,
    size: number | undefined,
  ): TierWriter | undefined | Promise<TierWriter | undefined>;
  /**
   * Replaces the head of an entry without its bytes (a revalidation); false when there is no such entry. With
   * `previous`, only where the entry still is the one that has that head (`sameEntry`): another process may have
   * stored other bytes meanwhile, which the new head would be wrong for.
   */
  renew(key: string, head: EntryHead, previous?: EntryHead): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  /** Removes everything; resolves to how many entries went. */
  clear(): Promise<number>;
  /**
   * Remembers marks with the tier's own store, so that other processes and later runs hold to them: from then on
   * `open` gives no entry that a hard mark covers, and gives those under a soft one with a head that is stale. A tier
   * whose content dies with the process leaves it out: the cache itself holds to the marks of its own process.
   */
  purge?(marks: readonly PurgeMark[]): Promise<void>;
  /** Whether there is such an entry, without reading it. @default asked through `open` */
  has?(key: string): Promise<boolean>;
  /** A page of keys, in no particular order; `contains` and `prefix` filter. */
  keys(options: {
    readonly limit: number;
    readonly cursor?: string;
    readonly prefix?: string;
    readonly contains?: string;
  }): Promise<KeyPage>;
  stats(): TierStats | Promise<TierStats>;
  /** How many entries there are, counted; for tiers whose `stats` only estimate it. */
  countEntries?(): Promise<number>;
  /** Removes what is past its life and what is over the bound; tiers that need no sweeping leave it out. */
  sweep?(): Promise<{ readonly removed: number }>;
  close(): Promise<void>;
}
