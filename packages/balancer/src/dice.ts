/** Random numbers that can be looked at before they are used, so that looking changes nothing. */
export class Dice {
  readonly #source: () => number;
  #ahead: number[] = [];

  constructor(source: () => number) {
    this.#source = source;
  }

  /** The next number. */
  readonly roll = (): number => (this.#ahead.length === 0 ? this.#source() : this.#ahead.shift()!);

  /** The numbers that `roll` is going to give, from the next one on. */
  preview(): () => number {
    let index = 0;
    return () => {
      if (index === this.#ahead.length) this.#ahead.push(this.#source());
      return this.#ahead[index++]!;
    };
  }
}
