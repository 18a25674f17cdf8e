/** What came of a flight. */
export interface Landed<T> {
  readonly value: T;
  /** Whether it was begun for someone else. */
  readonly collapsed: boolean;
}

class Flight<T> {
  readonly controller = new AbortController();
  readonly result: Promise<T>;
  waiting = 0;
  landed = false;

  constructor(start: (signal: AbortSignal) => Promise<T>) {
    this.result = start(this.controller.signal);
  }
}

/**
 * One request for all who ask for the same at the same time, and nothing kept after that. It is given up when the last of
 * those who wait for it has left.
 */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();
  readonly #shareFor: number;

  /** @param shareFor ms for which what came is given to those, too, who come just after it */
  constructor(shareFor = 0) {
    this.#shareFor = shareFor;
  }

  get size(): number {
    return this.#flights.size;
  }

  /** Joins what is under way, or starts it. Rejects with the signal's reason when that aborts. */
  async join(key: string, start: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<Landed<T>> {
    signal.throwIfAborted();
    const joined = this.#flights.get(key);
    const flight = joined ?? this.#launch(key, start);
    flight.waiting += 1;
    let leave: (() => void) | undefined;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => {
        this.#leave(key, flight);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return { value: await Promise.race([flight.result, left]), collapsed: joined !== undefined };
    } finally {
      if (leave) signal.removeEventListener('abort', leave);
    }
  }

  #launch(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const flight = new Flight(start);
    this.#flights.set(key, flight);
    const land = (): void => {
      flight.landed = true;
      this.#forgetSoon(key, flight);
    };
    flight.result.then(land, land);
    return flight;
  }

  /**
   * Requests that were in the sockets already when the answer came, but had not been read, asked at the same time too: the
   * next turn of the event loop reads them.
   */
  #forgetSoon(key: string, flight: Flight<T>): void {
    const forget = (): void => this.#forget(key, flight);
    if (this.#shareFor > 0) setTimeout(forget, this.#shareFor).unref();
    else setImmediate(() => setImmediate(forget));
  }

  #leave(key: string, flight: Flight<T>): void {
    flight.waiting -= 1;
    if (flight.waiting > 0 || flight.landed) return;
    this.#forget(key, flight);
    flight.controller.abort(new Error('nobody waits any more'));
  }

  #forget(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
