import type { BookEntry } from './book-store.js';

/** What a process holds of a URL that the book has for all. */
export interface Copy {
  readonly entry: BookEntry;
  /** When it was last seen in the book. */
  readonly checkedAt: number;
}

/** A process' own copies of what it asked the book for last, bounded by count. */
export class Copies {
  readonly #max: number;
  readonly #copies = new Map<string, Copy>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): Copy | undefined {
    return this.#copies.get(key);
  }

  keep(entry: BookEntry, checkedAt: number): void {
    this.#copies.delete(entry.key);
    this.#copies.set(entry.key, { entry, checkedAt });
    if (this.#copies.size <= this.#max) return;
    const [oldest] = this.#copies.keys();
    if (oldest !== undefined) this.#copies.delete(oldest);
  }
}
