import type { Phase, Trial } from './circuit/circuit.js';
import type { EndpointOptions, EndpointState } from './endpoint.js';

/**
 * One endpoint, taken for one call. The first of the four ends counts, later ones do nothing; a lease of an endpoint that
 * has been removed meanwhile settles safely.
 */
export interface Lease<E> {
  readonly endpoint: E;
  /** @param responseTimeMs what to count as response time @default the time since the lease was taken */
  success(responseTimeMs?: number): void;
  failure(error?: unknown): void;
  /** Neither good nor bad: the caller cancelled. */
  release(): void;
  /**
   * Another attempt, begun later, was quicker. Neither good nor bad either, but the endpoint is known to take at least as
   * long as it took so far: without that, one that always loses would never be known to be slow.
   * @param elapsedMs how long it took so far @default the time since the lease was taken
   */
  outpaced(elapsedMs?: number): void;
}

export type Outcome = 'success' | 'failure' | 'released' | 'outpaced';

/** What a lease reports to when it ends. */
export interface Ledger<E extends EndpointOptions> {
  settle(lease: HeldLease<E>, outcome: Outcome, responseTimeMs?: number, error?: unknown): void;
}

export class HeldLease<E extends EndpointOptions> implements Lease<E> {
  readonly state: EndpointState<E>;
  readonly startedAt: number;
  readonly trial: Trial | undefined;
  /** The phase that the circuit was in, by which an outcome that comes too late is known. */
  readonly phase: Phase;
  #ledger: Ledger<E> | undefined;

  constructor(state: EndpointState<E>, startedAt: number, trial: Trial | undefined, ledger: Ledger<E>) {
    this.state = state;
    this.startedAt = startedAt;
    this.trial = trial;
    this.phase = state.experience.circuit.phase;
    this.#ledger = ledger;
  }

  get endpoint(): E {
    return this.state.endpoint;
  }

  success(responseTimeMs?: number): void {
    this.#end('success', responseTimeMs);
  }

  failure(error?: unknown): void {
    this.#end('failure', undefined, error);
  }

  release(): void {
    this.#end('released');
  }

  outpaced(elapsedMs?: number): void {
    this.#end('outpaced', elapsedMs);
  }

  #end(outcome: Outcome, responseTimeMs?: number, error?: unknown): void {
    const ledger = this.#ledger;
    this.#ledger = undefined;
    ledger?.settle(this, outcome, responseTimeMs, error);
  }
}
