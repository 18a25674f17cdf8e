import type { BookEntry, BookStore, Claim, DueClaim } from './book-store.js';
import { DueIndex } from './due-index.js';

export interface MemoryBookStoreOptions {
  /** Entries at most; the least recently used make room. An entry takes about a kilobyte. @default 50000 */
  readonly maxEntries?: number;
}

interface Kept {
  readonly entry: BookEntry;
  readonly usedAt: number;
}

/**
 * Keeps signed URLs in the memory of this process.
 *
 * @throws {RangeError} when `maxEntries` is no positive whole number.
 */
export function memoryBookStore(options: MemoryBookStoreOptions = {}): BookStore {
  const { maxEntries = 50_000 } = options;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1)
    throw new RangeError(`maxEntries must be a whole number of at least 1, not ${maxEntries}`);
  return new MemoryBookStore(maxEntries);
}

class MemoryBookStore implements BookStore {
  readonly #maxEntries: number;
  /** In the order of their last use. */
  readonly #kept = new Map<string, Kept>();
  readonly #due = new DueIndex();
  readonly #ends = new DueIndex();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  async read(keys: readonly string[], now: number): Promise<readonly (BookEntry | undefined)[]> {
    return keys.map((key) => {
      const entry = this.#kept.get(key)?.entry;
      if (entry !== undefined) this.#use(entry, now);
      return entry;
    });
  }

  async offer(entries: readonly BookEntry[], now: number): Promise<readonly BookEntry[]> {
    return entries.map((offered) => {
      const kept = this.#kept.get(offered.key)?.entry;
      const entry = kept !== undefined && kept.expiresAt > now ? kept : offered;
      this.#use(entry, now);
      if (entry === offered) this.#index(entry);
      return entry;
    });
  }

  async replace(entries: readonly BookEntry[], now: number): Promise<void> {
    for (const entry of entries) {
      const usedAt = this.#kept.get(entry.key)?.usedAt;
      if (usedAt === undefined) this.#use(entry, now);
      else this.#kept.set(entry.key, { entry, usedAt });
      this.#index(entry);
    }
  }

  async claim(key: string, { now, until }: Claim): Promise<boolean> {
    const dueAt = this.#due.at(key);
    if (!this.#kept.has(key) || (dueAt !== undefined && dueAt > now)) return false;
    this.#due.set(key, until);
    return true;
  }

  async claimDue({ now, until, limit, usedSince }: DueClaim): Promise<readonly BookEntry[]> {
    const claimed: BookEntry[] = [];
    for (let key = this.#due.first(now); key !== undefined && claimed.length < limit; key = this.#due.first(now)) {
      const kept = this.#kept.get(key);
      if (kept === undefined || kept.usedAt < usedSince) {
        this.#due.delete(key);
      } else {
        this.#due.set(key, until);
        claimed.push(kept.entry);
      }
    }
    return claimed;
  }

  async cleanUp(now: number): Promise<number> {
    const before = this.#kept.size;
    for (let key = this.#ends.first(now); key !== undefined; key = this.#ends.first(now)) this.#remove(key);
    return before - this.#kept.size;
  }

  #use(entry: BookEntry, usedAt: number): void {
    this.#kept.delete(entry.key);
    this.#kept.set(entry.key, { entry, usedAt });
    if (this.#kept.size <= this.#maxEntries) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#remove(oldest);
  }

  #index({ key, refreshAt, expiresAt }: BookEntry): void {
    this.#due.set(key, refreshAt);
    this.#ends.set(key, expiresAt);
  }

  #remove(key: string): void {
    this.#kept.delete(key);
    this.#due.delete(key);
    this.#ends.delete(key);
  }
}
