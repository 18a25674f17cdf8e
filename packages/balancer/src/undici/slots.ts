/** A limit on how many things run at once; who comes late waits in line. */
export class Slots {
  readonly #limit: number;
  #taken = 0;
  #line: (() => void)[] = [];

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
    return this.#line.length;
  }

  tryTake(): boolean {
    if (this.#taken >= this.#limit) return false;
    this.#taken += 1;
    return true;
  }

  /** Calls `start` with a slot taken when it is its turn. Returns a function that leaves the line. */
  wait(start: () => void): () => void {
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
