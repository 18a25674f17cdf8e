import type { CacheEvents, TierInfo } from './cache.js';
import type { Events } from './events.js';
import { type BreakerState, TierBreaker, type TierBreakerOptions } from './tier-breaker.js';
import type { Tier, TierStats } from './tier.js';
import { within } from './within.js';

/** What is asked of a tier: a disk that is full cannot be written to, but still read from, so each has its breaker. */
export type Operation = 'read' | 'write';

const NO_STATS: TierStats = {
  hits: 0,
  misses: 0,
  writes: 0,
  errors: 0,
  evictions: 0,
  entries: 0,
  bytes: 0,
  maxEntries: undefined,
  maxBytes: undefined,
};

/** A tier below memory, with what is known of its health. Its failures end here. */
export class TierSlot {
  readonly tier: Tier;
  lastError: string | undefined;
  readonly #events: Pick<Events<CacheEvents>, 'emit'>;
  readonly #breakers: Readonly<Record<Operation, TierBreaker>>;
  #errors = 0;

  constructor(
    tier: Tier,
    breaker: Required<TierBreakerOptions>,
    clock: () => number,
    events: Pick<Events<CacheEvents>, 'emit'>,
  ) {
    this.tier = tier;
    this.#events = events;
    this.#breakers = { read: new TierBreaker(breaker, clock), write: new TierBreaker(breaker, clock) };
  }

  get state(): BreakerState {
    const { read, write } = this.#breakers;
    return read.state === 'closed' ? write.state : read.state;
  }

  allows(operation: Operation): boolean {
    return this.#breakers[operation].allows();
  }

  succeeded(operation: Operation): void {
    if (this.#breakers[operation].succeeded()) this.#tell();
  }

  failed(operation: Operation, what: string, error: unknown): void {
    this.#errors++;
    this.lastError = error instanceof Error ? error.message : String(error);
    const opened = this.#breakers[operation].failed();
    this.#events.emit('tier-error', { tier: this.tier.name, operation: what, error });
    if (opened) this.#tell();
  }

  /** Calls the tier unless it is being skipped; `otherwise` stands for a failure and for a tier skipped. */
  async attempt<T>(operation: Operation, what: string, call: () => Promise<T> | T, otherwise: T): Promise<T> {
    if (!this.allows(operation)) return otherwise;
    try {
      const result = await call();
      this.succeeded(operation);
      return result;
    } catch (error) {
      this.failed(operation, what, error);
      return otherwise;
    }
  }

  /**
   * Calls the tier even while it is being skipped: what is to be removed must go if it can. Undefined: it could not.
   */
  async insist<T>(what: string, call: () => Promise<T>, ms: number): Promise<T | undefined> {
    try {
      const result = await within(call(), ms, `${what} in ${this.tier.name}`);
      this.succeeded('write');
      return result;
    } catch (error) {
      this.failed('write', what, error);
      return undefined;
    }
  }

  /** Its figures; a tier that cannot say stands with zeros. */
  async info(): Promise<TierInfo> {
    const { name } = this.tier;
    let stats: TierStats = NO_STATS;
    try {
      stats = await this.tier.stats();
    } catch (error) {
      this.lastError = error instanceof Error ? error.message : String(error);
    }
    return {
      ...stats,
      errors: Math.max(stats.errors, this.#errors),
      name,
      state: this.state,
      lastError: this.lastError,
    };
  }

  #tell(): void {
    this.#events.emit('tier-state', { tier: this.tier.name, state: this.state });
  }
}
