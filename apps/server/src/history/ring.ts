/** The last so many of something, in order. */
export class Ring<T> {
  readonly #most: number;
  readonly #items: T[];

  constructor(most: number, items: readonly T[] = []) {
    this.#most = most;
    this.#items = items.slice(-most);
  }

  push(item: T): void {
    this.#items.push(item);
    if (this.#items.length > this.#most) this.#items.shift();
  }

  get items(): readonly T[] {
    return this.#items;
  }
}
