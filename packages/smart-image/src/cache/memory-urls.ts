import type { SignedUrl } from './url-store.js';

/** URLs in memory, the least recently used leave first. A `Map` keeps insertion order; a use puts the entry last. */
export class MemoryUrls {
  readonly #entries = new Map<string, SignedUrl>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The URL if it lives beyond `until` (ms since the epoch); an entry that has ended is dropped. */
  get(key: string, until: number): SignedUrl | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= until) return undefined;
    this.#entries.set(key, entry);
    return entry;
  }

  set(key: string, entry: SignedUrl): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size <= this.#limit) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
