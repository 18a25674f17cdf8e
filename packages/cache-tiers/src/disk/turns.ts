/** Lets things happen one after the other that bear the same name. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    const result = before === undefined ? work() : before.then(work);
    const over = result.then(nothing, nothing);
    this.#last.set(name, over);
    try {
      return await result;
    } finally {
      if (this.#last.get(name) === over) this.#last.delete(name);
    }
  }
}

function nothing(): void {}
