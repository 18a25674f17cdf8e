/** A limit on how many things run at once; who comes late waits in line. */
export class Slots {
  readonly #limit: number;
  #taken = 0;
  /** In the order in which they came. Many may leave at once, when their time is up. */
  readonly #line = new Set<() => void>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  get free(): boolean {
    return this.#taken < this.#limit;
  }

  get waiting(): number {
    return this.#line.size;
  }

  tryTake(): boolean {
    if (this.#taken >= this.#limit) return false;
    this.#taken += 1;
    return true;
  }

  /** Calls `start` with a slot taken when it is its turn. Returns a function that leaves the line. */
  wait(start: () => void): () => void {
    // Whoever waits twice has two places.
    const place = (): void => start();
    this.#line.add(place);
    return () => void this.#line.delete(place);
  }

  release(): void {
    for (const next of this.#line) {
      this.#line.delete(next);
      return next();
    }
    this.#taken -= 1;
  }
}
