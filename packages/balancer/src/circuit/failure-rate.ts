const slots = 10;

interface Slot {
  readonly number: number;
  calls: number;
  failures: number;
}

/** Failures among the calls of a sliding window, in ten slots: the cost does not grow with window or traffic. */
export class FailureRate {
  readonly windowMs: number;
  readonly #slots: Slot[] = [];

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  record(failed: boolean, now: number): void {
    const number = this.#number(now);
    let slot = this.#slots.at(-1);
    if (slot?.number !== number) {
      slot = { number, calls: 0, failures: 0 };
      this.#slots.push(slot);
      if (this.#slots.length > slots) this.#slots.shift();
    }
    slot.calls++;
    if (failed) slot.failures++;
  }

  /** Whether at least `minimumCalls` were seen and `rate` of them or more failed. */
  exceeds(rate: number, minimumCalls: number, now: number): boolean {
    const oldest = this.#number(now) - slots;
    let calls = 0;
    let failures = 0;
    for (const slot of this.#slots) {
      if (slot.number <= oldest) continue;
      calls += slot.calls;
      failures += slot.failures;
    }
    return calls >= minimumCalls && failures >= rate * calls;
  }

  #number(now: number): number {
    return Math.floor((now / this.windowMs) * slots);
  }
}
