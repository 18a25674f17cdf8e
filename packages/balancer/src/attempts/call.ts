import type { EndpointOptions } from '../endpoint.js';
import { AllFailedError, NoEndpointError, RejectedResultError, type BalancerError } from '../errors.js';
import type { HeldLease } from '../lease.js';
import type { Classify, Verdict } from '../options.js';
import { fullJitterBackoff } from './backoff.js';
import type { AttemptFunction, CallOptions, Caller } from './call-options.js';
import { Contest } from './contest.js';
import { Context } from './context.js';
import { Deadline } from './deadline.js';

/** One call, with all its attempts. */
export class Call<E extends EndpointOptions, T> {
  readonly caller: Caller<E>;
  readonly fn: AttemptFunction<E, T>;
  readonly deadline: Deadline | undefined;
  readonly attemptTimeout: number | undefined;
  readonly hedgeAfter: number | undefined;
  readonly attempts: number;
  /** Attempts begun so far. */
  started = 0;
  tried: Set<string> | undefined;
  readonly #errors: unknown[] = [];
  readonly #classify: Classify | undefined;

  constructor(caller: Caller<E>, fn: AttemptFunction<E, T>, options: CallOptions | undefined) {
    const { settings } = caller;
    this.caller = caller;
    this.fn = fn;
    const mayRepeat = options?.idempotent !== false;
    this.attempts = mayRepeat ? settings.retry.attempts : 1;
    this.hedgeAfter = mayRepeat ? (options?.hedgeAfter ?? settings.hedge.after) : undefined;
    this.attemptTimeout = options?.attemptTimeout ?? settings.attemptTimeout;
    this.#classify = options?.classify ?? settings.classify;
    const timeout = options?.timeout ?? settings.timeout;
    this.deadline =
      timeout === undefined && options?.signal === undefined
        ? undefined
        : new Deadline(caller.clock, options?.signal, timeout, this.#errors);
  }

  async run(): Promise<T> {
    const { caller, deadline } = this;
    let lease: HeldLease<E> | undefined;
    let threw: boolean;
    let value: unknown;
    let verdict: Verdict;
    const isContest = deadline !== undefined || this.attemptTimeout !== undefined || this.hedgeAfter !== undefined;
    caller.counters.calls++;
    caller.retries.deposit();
    if (this.hedgeAfter !== undefined) caller.hedges.deposit();
    try {
      if (deadline?.over) throw deadline.over.reason;
      lease = caller.acquire();
      if (!lease) {
        const error = this.#exhausted(new NoEndpointError(caller.retryAfter()));
        // To reject only once the caller listens spares Node's tracking of unhandled rejections, 1 µs.
        await Promise.resolve();
        throw error;
      }
      for (let round = 1; ; round++) {
        if (isContest) {
          ({ lease, threw, value, verdict } = await new Contest(this).run(lease));
        } else {
          try {
            value = await this.fn(lease.endpoint, new Context(this.started++));
            threw = false;
          } catch (error) {
            value = error;
            threw = true;
          }
          verdict = this.judge(threw, value);
        }
        if (verdict === 'success') lease.success();
        else if (verdict === 'ignore') lease.release();
        else {
          this.fail(lease, verdict, threw, value);
          lease = await this.#another(round, lease);
          continue;
        }
        if (threw) throw value;
        return value as T;
      }
    } finally {
      deadline?.close();
      // Settled already, unless `classify` threw.
      lease?.release();
    }
  }

  judge(threw: boolean, value: unknown): Verdict {
    if (this.#classify === undefined) return threw ? 'failure' : 'success';
    return threw ? this.#classify(value, undefined) : this.#classify(undefined, value);
  }

  markTried(lease: HeldLease<E>): void {
    (this.tried ??= new Set()).add(lease.state.name);
  }

  /** Settles a lease whose attempt is to be made good elsewhere. */
  fail(lease: HeldLease<E>, verdict: Verdict, threw: boolean, value: unknown): void {
    const error = threw ? value : new RejectedResultError(value);
    this.#errors.push(error);
    this.markTried(lease);
    if (verdict === 'failure') lease.failure(error);
    else lease.release();
  }

  /** A lease for another attempt, at once if an endpoint is untried, after a wait if not. */
  async #another(round: number, last: HeldLease<E>): Promise<HeldLease<E>> {
    const { caller, deadline } = this;
    const { backoff, maxBackoff } = caller.settings.retry;
    if (round < this.attempts && caller.retries.tryWithdraw()) {
      let lease = caller.acquire({ exclude: this.tried ?? new Set([last.state.name]) });
      if (!lease) {
        const ms = fullJitterBackoff(round - 1, backoff, maxBackoff, caller.random);
        await (deadline ?? new Deadline(caller.clock, undefined, undefined, [])).wait(ms);
        lease = caller.acquire();
      }
      if (lease) {
        caller.counters.retries++;
        return lease;
      }
    }
    throw this.#exhausted(new AllFailedError(this.#errors));
  }

  #exhausted(error: BalancerError): BalancerError {
    this.caller.counters.exhausted++;
    this.caller.events.emit('exhausted', () => ({ error }));
    return error;
  }
}
