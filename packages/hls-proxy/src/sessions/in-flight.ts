/** How many requests are under way, by whose they are. Holds only those that have any. */
export class InFlight {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  enter(name: string): void {
    this.#counts.set(name, this.of(name) + 1);
  }

  leave(name: string): void {
    const left = this.of(name) - 1;
    if (left > 0) this.#counts.set(name, left);
    else this.#counts.delete(name);
  }
}
