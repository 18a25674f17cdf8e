import type { EndpointOptions } from '../endpoint.js';
import { BalancerError } from '../errors.js';
import type { HeldLease } from '../lease.js';
import type { Call, Ending } from './call.js';
import { Context } from './context.js';

/** One attempt under way. */
interface Runner<E extends EndpointOptions> {
  readonly lease: HeldLease<E>;
  readonly context: Context;
  timer?: unknown;
}

type Resolve<E extends EndpointOptions> = (ending: Ending<E> | undefined) => void;

/**
 * Runs an attempt within its limits and, after `hedgeAfter` ms without an answer, another one beside it ("The Tail at
 * Scale", Dean and Barroso, 2013). The first good answer wins; the other attempt is aborted and its lease released.
 */
export class Contest<E extends EndpointOptions, T> {
  readonly #call: Call<E, T>;
  readonly #runners = new Set<Runner<E>>();
  readonly #timers: unknown[] = [];

  constructor(call: Call<E, T>) {
    this.#call = call;
  }

  /** The good ending, if there was one. */
  run(lease: HeldLease<E>): Promise<Ending<E> | undefined> {
    return new Promise((resolve, reject) => {
      const { deadline, hedgeAfter } = this.#call;
      const cutOff = (): void => {
        this.#blame();
        this.#end(deadline?.over?.reason);
        reject(deadline?.over?.reason);
      };
      if (deadline) deadline.onOver = cutOff;
      this.#after(hedgeAfter, () => this.#hedge(resolve));
      this.#start(lease, resolve);
      // The caller may have ended the call between two attempts.
      if (deadline?.over) cutOff();
    });
  }

  #after(ms: number, callback: () => void): void {
    if (ms !== Infinity) this.#timers.push(this.#call.caller.clock.setTimeout(callback, ms));
  }

  #start(lease: HeldLease<E>, resolve: Resolve<E>): void {
    const { fn, attemptTimeout } = this.#call;
    const runner: Runner<E> = { lease, context: new Context(this.#call.started++) };
    const settle = (threw: boolean, value: unknown): void => {
      if (this.#runners.delete(runner)) this.#settle(runner, { lease, threw, value }, resolve);
    };
    this.#runners.add(runner);
    this.#after(attemptTimeout, () => {
      const error = new BalancerError(
        'FOREBAY_ATTEMPT_TIMEOUT',
        `${lease.state.name} did not answer within ${attemptTimeout} ms`,
      );
      runner.context.abort(error);
      settle(true, error);
    });
    // The executor turns a synchronous throw into a rejection.
    new Promise<T>((begin) => begin(fn(lease.endpoint, runner.context))).then(
      (value) => settle(false, value),
      (error: unknown) => settle(true, error),
    );
  }

  #hedge(resolve: Resolve<E>): void {
    const { caller } = this.#call;
    if (!caller.hedges.tryWithdraw()) return;
    for (const { lease } of this.#runners) this.#call.tried.add(lease.state.name);
    const lease = caller.acquire({ exclude: this.#call.tried });
    if (!lease) return;
    caller.counters.hedges++;
    this.#start(lease, resolve);
  }

  #settle({ context }: Runner<E>, ending: Ending<E>, resolve: Resolve<E>): void {
    const isGood = this.#call.settle(ending);
    if (!isGood && this.#runners.size > 0) return;
    // Whoever began before the winner is slower than it; who began after may not be.
    for (const other of this.#runners) if (other.context.attempt < context.attempt) other.lease.outpaced();
    this.#end(undefined);
    resolve(isGood ? ending : undefined);
  }

  /** An endpoint that had most of the time is to blame that it ran out; one that was asked shortly before is not. */
  #blame(): void {
    const { deadline, timeout, caller } = this.#call;
    if (!deadline?.over?.isTimeout) return;
    const latest = caller.clock.now() - timeout / 2;
    for (const { lease } of this.#runners) if (lease.startedAt <= latest) lease.failure(deadline.over.reason);
  }

  #end(reason: unknown): void {
    const { caller, deadline } = this.#call;
    if (deadline) deadline.onOver = undefined;
    for (const timer of this.#timers) caller.clock.clearTimeout(timer);
    const runners = [...this.#runners];
    this.#runners.clear();
    for (const { lease, context } of runners) {
      lease.release();
      context.abort(reason);
    }
  }
}
