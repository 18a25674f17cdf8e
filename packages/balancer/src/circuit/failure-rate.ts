const slots = 10;

/** Failures among the calls of a sliding window, in ten slots: the cost does not grow with window or traffic. */
export class FailureRate {
  readonly windowMs: number;
  readonly #calls = new Float64Array(slots);
  readonly #failures = new Float64Array(slots);
  #slot = 0;

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  record(failed: boolean, now: number): void {
    this.#advance(now);
    const index = this.#slot % slots;
    this.#calls[index]! += 1;
    if (failed) this.#failures[index]! += 1;
  }

  /** Whether at least `minimumCalls` were seen and `rate` of them or more failed. */
  exceeds(rate: number, minimumCalls: number, now: number): boolean {
    this.#advance(now);
    let calls = 0;
    let failures = 0;
    for (let index = 0; index < slots; index++) {
      calls += this.#calls[index]!;
      failures += this.#failures[index]!;
    }
    return calls >= minimumCalls && failures >= rate * calls;
  }

  clear(): void {
    this.#calls.fill(0);
    this.#failures.fill(0);
  }

  #advance(now: number): void {
    const slot = Math.floor((now / this.windowMs) * slots);
    const passed = Math.min(slot - this.#slot, slots);
    for (let step = 1; step <= passed; step++) {
      const index = (this.#slot + step) % slots;
      this.#calls[index] = 0;
      this.#failures[index] = 0;
    }
    if (passed > 0) this.#slot = slot;
  }
}
