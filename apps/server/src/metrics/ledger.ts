import type { ProcessName } from '../process/messages.js';
import { addCounts, noCounts, type Counts } from './counts.js';

/** The state of a ledger, to be handed on. */
export interface LedgerState {
  readonly departed: Counts;
  readonly live: readonly (readonly [ProcessName, Counts])[];
}

/**
 * Adds up what the workers counted, those that are gone included, so that no total ever goes backwards: what a worker
 * reported last is kept when it leaves or dies.
 */
export class Ledger {
  readonly #departed: Counts;
  readonly #live: Map<ProcessName, Counts>;

  constructor(state: LedgerState = { departed: noCounts(), live: [] }) {
    this.#departed = structuredClone(state.departed);
    this.#live = new Map(state.live);
  }

  /** What a worker has counted since it started. */
  report(worker: ProcessName, counts: Counts): void {
    this.#live.set(worker, structuredClone(counts));
  }

  /** Of all workers, only these are still there. */
  keepOnly(workers: ReadonlySet<string>): void {
    for (const [name, counts] of this.#live) {
      if (workers.has(name)) continue;
      addCounts(this.#departed, counts);
      this.#live.delete(name);
    }
  }

  /** A fresh sum over everything. */
  total(): Counts {
    const total = noCounts();
    addCounts(total, this.#departed);
    for (const counts of this.#live.values()) addCounts(total, counts);
    return total;
  }

  state(): LedgerState {
    return { departed: this.#departed, live: [...this.#live] };
  }
}
