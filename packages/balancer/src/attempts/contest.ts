import type { EndpointOptions } from '../endpoint.js';
import { AttemptTimeoutError } from '../errors.js';
import type { HeldLease } from '../lease.js';
import type { Verdict } from '../options.js';
import type { Call } from './call.js';
import { Context } from './context.js';

/** One attempt under way. */
interface Runner<E extends EndpointOptions> {
  readonly lease: HeldLease<E>;
  readonly context: Context;
  timer?: unknown;
}

/** How a contest came out: its last lease, not settled yet, and what the attempt threw or returned. */
export interface Outcome<E extends EndpointOptions> {
  readonly lease: HeldLease<E>;
  readonly threw: boolean;
  readonly value: unknown;
  readonly verdict: Verdict;
}

/**
 * Runs an attempt within its limits and, after `hedgeAfter` ms without an answer, another one beside it ("The Tail at
 * Scale", Dean and Barroso, 2013). The first good answer wins; the other attempt is aborted and its lease released.
 */
export class Contest<E extends EndpointOptions, T> {
  readonly #call: Call<E, T>;
  readonly #runners = new Set<Runner<E>>();
  #hedgeTimer: unknown;
  #resolve!: (outcome: Outcome<E>) => void;
  #reject!: (reason: unknown) => void;

  constructor(call: Call<E, T>) {
    this.#call = call;
  }

  run(lease: HeldLease<E>): Promise<Outcome<E>> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      const { deadline, hedgeAfter, caller } = this.#call;
      if (deadline) deadline.onOver = () => this.#cutOff();
      if (hedgeAfter !== undefined) this.#hedgeTimer = caller.clock.setTimeout(() => this.#hedge(), hedgeAfter);
      this.#start(lease);
      // The caller may have ended the call between two attempts.
      if (deadline?.over) this.#cutOff();
    });
  }

  #start(lease: HeldLease<E>): void {
    const { caller, fn, attemptTimeout } = this.#call;
    const runner: Runner<E> = { lease, context: new Context(this.#call.started++) };
    this.#runners.add(runner);
    if (attemptTimeout !== undefined) {
      runner.timer = caller.clock.setTimeout(() => {
        const error = new AttemptTimeoutError(lease.state.name, attemptTimeout);
        runner.context.abort(error);
        this.#settle(runner, true, error);
      }, attemptTimeout);
    }
    // The executor turns a synchronous throw into a rejection.
    new Promise<T>((resolve) => resolve(fn(lease.endpoint, runner.context))).then(
      (value) => this.#settle(runner, false, value),
      (error: unknown) => this.#settle(runner, true, error),
    );
  }

  #hedge(): void {
    const { caller } = this.#call;
    if (!caller.hedges.tryWithdraw()) return;
    for (const { lease } of this.#runners) this.#call.markTried(lease);
    const lease = caller.acquire({ exclude: this.#call.tried! });
    if (!lease) return;
    caller.counters.hedges++;
    this.#start(lease);
  }

  #settle(runner: Runner<E>, threw: boolean, value: unknown): void {
    if (!this.#runners.delete(runner)) return;
    const { lease, timer } = runner;
    if (timer !== undefined) this.#call.caller.clock.clearTimeout(timer);
    let verdict: Verdict;
    try {
      verdict = this.#call.judge(threw, value);
    } catch (error) {
      lease.release();
      this.#end(error);
      this.#reject(error);
      return;
    }
    const isGood = verdict === 'success' || verdict === 'ignore';
    if (!isGood && this.#runners.size > 0) {
      this.#call.fail(lease, verdict, threw, value);
      return;
    }
    // Whoever began before the winner is slower than it; who began after may not be.
    for (const other of this.#runners)
      if (isGood && other.context.attempt < runner.context.attempt) other.lease.outpaced();
    this.#end(undefined);
    this.#resolve({ lease, threw, value, verdict });
  }

  /** The caller or the clock ended the call. */
  #cutOff(): void {
    const { deadline, caller } = this.#call;
    if (!deadline?.over) return;
    const { reason, timedOut } = deadline.over;
    const now = caller.clock.now();
    for (const { lease } of this.#runners) {
      // One that had most of the time is to blame; one that was begun shortly before the end is not.
      if (timedOut && now - lease.startedAt >= deadline.timeout / 2) lease.failure(reason);
    }
    this.#end(reason);
    this.#reject(reason);
  }

  #end(reason: unknown): void {
    const { caller, deadline } = this.#call;
    if (deadline) deadline.onOver = undefined;
    if (this.#hedgeTimer !== undefined) caller.clock.clearTimeout(this.#hedgeTimer);
    const runners = [...this.#runners];
    this.#runners.clear();
    for (const { lease, context, timer } of runners) {
      if (timer !== undefined) caller.clock.clearTimeout(timer);
      lease.release();
      context.abort(reason);
    }
  }
}
