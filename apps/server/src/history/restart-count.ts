import type { WorkerStatus } from '../process/roles.js';

export interface RestartState {
  readonly total: number;
  readonly slots: readonly (readonly [number, number])[];
}

/** Counts restarts for good: a reload begins every slot anew, at none. */
export class RestartCount {
  #total: number;
  readonly #slots: Map<number, number>;

  constructor(state: RestartState = { total: 0, slots: [] }) {
    this.#total = state.total;
    this.#slots = new Map(state.slots);
  }

  count(workers: readonly WorkerStatus[]): number {
    for (const { slot, restarts, state } of workers) {
      // One that leaves shares its slot with the one that came for it.
      if (state === 'draining') continue;
      const before = this.#slots.get(slot) ?? 0;
      this.#total += restarts >= before ? restarts - before : restarts;
      this.#slots.set(slot, restarts);
    }
    return this.#total;
  }

  state(): RestartState {
    return { total: this.#total, slots: [...this.#slots] };
  }
}
