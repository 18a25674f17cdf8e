/** Failures that one client may have in a window, and all of them together. */
const MOST_OF_ONE = 10;
const MOST_OF_ALL = 200;
const WINDOW = 60_000;
const MOST_CLIENTS = 1000;

/** Slows down who tries keys: after so many failures in a minute, nothing more is tried until it is over. */
export class FailureLimit {
  readonly #now: () => number;
  readonly #failures = new Map<string, number>();
  #all = 0;
  #since = -Infinity;

  /** @param now ms of any clock that only goes forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Milliseconds until the client may try again; 0: now. */
  wait(client: string): number {
    const left = this.#since + WINDOW - this.#now();
    if (left <= 0) return 0;
    return (this.#failures.get(client) ?? 0) >= MOST_OF_ONE || this.#all >= MOST_OF_ALL ? left : 0;
  }

  failed(client: string): void {
    if (this.#now() - this.#since >= WINDOW) {
      this.#since = this.#now();
      this.#failures.clear();
      this.#all = 0;
    }
    this.#all += 1;
    if (this.#failures.has(client) || this.#failures.size < MOST_CLIENTS)
      this.#failures.set(client, (this.#failures.get(client) ?? 0) + 1);
  }
}
