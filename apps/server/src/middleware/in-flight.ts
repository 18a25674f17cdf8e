import type { RequestListener, ServerResponse } from 'node:http';

/** Counts requests from when they came until their answers have ended. */
export class InFlight {
  #count = 0;
  readonly #waiting: (() => void)[] = [];

  get count(): number {
    return this.#count;
  }

  begin(response: ServerResponse): void {
    this.#count += 1;
    response.once('close', () => {
      this.#count -= 1;
      if (this.#count === 0) for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  /** The same listener, counting. */
  counting(listener: RequestListener): RequestListener {
    return (incoming, response) => {
      this.begin(response);
      listener(incoming, response);
    };
  }

  /** Resolves when nothing is in flight. */
  async idle(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
