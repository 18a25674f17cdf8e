/** A limit on how many things run at once; who comes late waits in line. */
export class Slots {
  readonly #limit: number;
  #taken = 0;
  #line: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  get free(): boolean {
    return this.#taken < this.#limit;
  }

  get waiting(): number {
    return this.#line.length;
  }

  /** Calls `start` with a slot taken, now or when it is its turn. Returns a function that leaves the line. */
  take(start: () => void): () => void {
    if (this.free) {
      this.#taken += 1;
      start();
      return () => undefined;
    }
    this.#line.push(start);
    return () => {
      this.#line = this.#line.filter((other) => other !== start);
    };
  }

  release(): void {
    const next = this.#line.shift();
    if (next === undefined) this.#taken -= 1;
    else next();
  }
}
