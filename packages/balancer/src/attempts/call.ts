import type { EndpointOptions } from '../endpoint.js';
import { AllFailedError, BalancerError, NoEndpointError } from '../errors.js';
import type { HeldLease } from '../lease.js';
import type { Classify, Verdict } from '../options.js';
import { fullJitterBackoff } from './backoff.js';
import type { AttemptFunction, CallOptions, Caller } from './call-options.js';
import { Contest } from './contest.js';
import { Context } from './context.js';
import { Deadline } from './deadline.js';

/** How an attempt ended: what it threw or returned. */
export interface Ending<E extends EndpointOptions> {
  readonly lease: HeldLease<E>;
  threw: boolean;
  value: unknown;
}

/** One call, with all its attempts. */
export class Call<E extends EndpointOptions, T> {
  readonly caller: Caller<E>;
  readonly fn: AttemptFunction<E, T>;
  readonly timeout: number;
  readonly attemptTimeout: number;
  readonly hedgeAfter: number;
  readonly deadline: Deadline | undefined;
  /** Attempts begun so far. */
  started = 0;
  readonly #attempts: number;
  readonly #classify: Classify | undefined;
  #waits = 0;
  #tried: Set<string> | undefined;
  #errors: unknown[] | undefined;

  constructor(caller: Caller<E>, fn: AttemptFunction<E, T>, options: CallOptions = {}) {
    const { settings, clock } = caller;
    const { signal, timeout = settings.timeout } = options;
    const mayRepeat = options.idempotent !== false;
    this.caller = caller;
    this.fn = fn;
    this.timeout = timeout;
    this.attemptTimeout = options.attemptTimeout ?? settings.attemptTimeout;
    this.hedgeAfter = mayRepeat ? (options.hedgeAfter ?? settings.hedge.after) : Infinity;
    this.#attempts = mayRepeat ? settings.retry.attempts : 1;
    this.#classify = options.classify ?? settings.classify;
    if (signal || timeout !== Infinity) {
      const message = `The call did not end within ${timeout} ms`;
      this.deadline = new Deadline(
        clock,
        signal,
        timeout,
        () => new BalancerError('FOREBAY_DEADLINE', message, this.#errors?.at(-1)),
      );
    }
  }

  /** Names of the endpoints that need not be asked again. */
  get tried(): Set<string> {
    return (this.#tried ??= new Set());
  }

  async run(): Promise<T> {
    const { caller, deadline } = this;
    const isContest = deadline !== undefined || this.attemptTimeout !== Infinity || this.hedgeAfter !== Infinity;
    caller.counters.calls++;
    caller.retries.deposit();
    if (this.hedgeAfter !== Infinity) caller.hedges.deposit();
    try {
      if (deadline?.over) throw deadline.over.reason;
      let lease = caller.acquire();
      if (!lease) {
        const error = this.#exhausted(new NoEndpointError(caller.wait()));
        // To reject only once the caller listens spares Node's tracking of unhandled rejections, 1 µs.
        await Promise.resolve();
        throw error;
      }
      for (let round = 1; ; round++) {
        let ending: Ending<E> | undefined = { lease, threw: false, value: undefined };
        if (isContest) ending = await new Contest(this).run(lease);
        else {
          try {
            ending.value = await this.fn(lease.endpoint, new Context(this.started++));
          } catch (error) {
            ending.threw = true;
            ending.value = error;
          }
          if (!this.settle(ending)) ending = undefined;
        }
        if (ending?.threw) throw ending.value;
        if (ending) return ending.value as T;
        lease = await this.#another(round);
      }
    } finally {
      deadline?.close();
    }
  }

  /** Settles an attempt's lease by what `classify` says of its end; whether that goes to the caller. */
  settle(ending: Ending<E>): boolean {
    const { lease, threw, value } = ending;
    let verdict: Verdict = threw ? 'failure' : 'success';
    if (this.#classify) {
      try {
        verdict = threw ? this.#classify(value, undefined) : this.#classify(undefined, value);
      } catch (error) {
        verdict = 'ignore';
        ending.threw = true;
        ending.value = error;
      }
    }
    if (verdict === 'success') lease.success();
    if (verdict === 'success' || verdict === 'ignore') {
      lease.release();
      return true;
    }
    const error = threw ? value : new BalancerError('FOREBAY_REJECTED_RESULT', 'The answer was not good enough', value);
    (this.#errors ??= []).push(error);
    this.tried.add(lease.state.name);
    if (verdict === 'failure') lease.failure(error);
    lease.release();
    return false;
  }

  /** A lease for another attempt: at once if an endpoint is untried, after a wait if not. */
  async #another(round: number): Promise<HeldLease<E>> {
    const { caller, deadline } = this;
    if (round < this.#attempts && caller.retries.tryWithdraw()) {
      let lease = caller.acquire({ exclude: this.tried, lastResort: true });
      if (!lease) {
        await this.#backOff();
        if (deadline?.over) throw deadline.over.reason;
        lease = caller.acquire();
      }
      if (lease) {
        caller.counters.retries++;
        return lease;
      }
    }
    throw this.#exhausted(new AllFailedError(this.#errors ?? []));
  }

  /** Waits, but no longer than the call lasts. */
  #backOff(): Promise<void> {
    const { caller, deadline } = this;
    const { backoff, maxBackoff } = caller.settings.retry;
    return new Promise((resolve) => {
      const timer = caller.clock.setTimeout(
        resolve,
        fullJitterBackoff(this.#waits++, backoff, maxBackoff, caller.random),
      );
      if (!deadline) return;
      deadline.onOver = () => {
        caller.clock.clearTimeout(timer);
        resolve();
      };
    });
  }

  #exhausted(error: BalancerError): BalancerError {
    this.caller.counters.exhausted++;
    this.caller.events.emit('exhausted', () => ({ error }));
    return error;
  }
}
