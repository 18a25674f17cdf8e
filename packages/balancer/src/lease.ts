import type { EndpointOptions, EndpointState } from './endpoint.js';
import type { Trial } from './circuit/circuit.js';

/**
 * One endpoint, taken for one call. The first of `success`, `failure`, `release` and `outpaced` counts, later ones do nothing; a
 * lease of an endpoint that has been removed meanwhile settles safely.
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
   */
  outpaced(): void;
}

/** What a lease reports to when it ends. */
export interface Ledger<E extends EndpointOptions> {
  succeeded(lease: HeldLease<E>, responseTimeMs: number | undefined): void;
  failed(lease: HeldLease<E>, error: unknown): void;
  released(lease: HeldLease<E>): void;
  outpaced(lease: HeldLease<E>): void;
}

export class HeldLease<E extends EndpointOptions> implements Lease<E> {
  readonly state: EndpointState<E>;
  readonly startedAt: number;
  readonly epoch: number;
  readonly trial: Trial | undefined;
  readonly #ledger: Ledger<E>;
  #open = true;

  constructor(state: EndpointState<E>, startedAt: number, trial: Trial | undefined, ledger: Ledger<E>) {
    this.state = state;
    this.startedAt = startedAt;
    this.epoch = state.circuit.epoch;
    this.trial = trial;
    this.#ledger = ledger;
  }

  get endpoint(): E {
    return this.state.endpoint;
  }

  success(responseTimeMs?: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ledger.succeeded(this, responseTimeMs);
  }

  failure(error?: unknown): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ledger.failed(this, error);
  }

  release(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ledger.released(this);
  }

  outpaced(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ledger.outpaced(this);
  }
}
