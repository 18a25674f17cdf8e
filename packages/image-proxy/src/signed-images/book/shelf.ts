import type { BookEntry } from './book-store.js';
import { Copies } from './copies.js';
import type { ResolvedBookOptions } from './options.js';

/** With less than this left, or a tenth of a short life, nobody is sent there if a new URL can be had: pages take time. ms */
const COMFORT = 30_000;

export function isComfortable({ signedAt, expiresAt }: BookEntry, now: number): boolean {
  return expiresAt - now > Math.min(COMFORT, (expiresAt - signedAt) / 10);
}

/** The store as one process sees it: with copies of its own before it, and those alone while it is away. */
export class Shelf {
  readonly #options: ResolvedBookOptions;
  readonly #copies: Copies;

  constructor(options: ResolvedBookOptions) {
    this.#options = options;
    this.#copies = new Copies(options.maxCopies);
  }

  /** What is known well enough to answer without a look into the store. */
  peek(key: string, now: number): BookEntry | undefined {
    const copy = this.#copies.get(key);
    if (copy === undefined || now - copy.checkedAt >= this.#options.recheck) return undefined;
    return isComfortable(copy.entry, now) ? copy.entry : undefined;
  }

  /** What there is of these keys and works, by key. */
  async read(keys: readonly string[], now: number): Promise<ReadonlyMap<string, BookEntry>> {
    const { book } = this.#options;
    const found = new Map<string, BookEntry>();
    if (keys.length === 0) return found;
    const lost: BookEntry[] = [];
    const stored = await this.#attempt<readonly (BookEntry | undefined)[]>(() => book.read(keys, now), []);
    for (const [index, key] of keys.entries()) {
      const entry = stored[index];
      const copy = this.#copies.get(key)?.entry;
      if (entry !== undefined && entry.expiresAt > now) found.set(key, entry);
      else if (copy !== undefined && copy.expiresAt > now) lost.push(copy);
    }
    for (const entry of found.values()) this.#copies.keep(entry, now);
    // A store that lost what it had, or is away, does not make a URL any worse: it stays the one for its window.
    for (const entry of await this.offer(lost, now)) found.set(entry.key, entry);
    return found;
  }

  /** Keeps what is new; resolves to what counts now. */
  async offer(entries: readonly BookEntry[], now: number): Promise<readonly BookEntry[]> {
    if (entries.length === 0) return entries;
    const kept = await this.#attempt(() => this.#options.book.offer(entries, now), entries);
    for (const entry of kept) this.#copies.keep(entry, now);
    return kept;
  }

  async replace(entries: readonly BookEntry[], now: number): Promise<void> {
    if (entries.length === 0) return;
    await this.#attempt(() => this.#options.book.replace(entries, now), undefined);
    for (const entry of entries) this.#copies.keep(entry, now);
  }

  /** Whether this process is to refresh a key. While the store is away each does so for itself. */
  claim(key: string, now: number): Promise<boolean> {
    return this.#attempt(() => this.#options.book.claim(key, { now, until: now + this.#options.lease }), true);
  }

  async #attempt<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      this.#options.onError(error, undefined);
      return otherwise;
    }
  }
}
