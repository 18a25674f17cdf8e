import type { EndpointOptions } from '../endpoint.js';
import type { BalancerEvents, Events } from '../events.js';
import type { CompleteClock } from '../clock.js';
import type { HeldLease } from '../lease.js';
import type { AcquireOptions } from '../load-balancer.js';
import type { Classify } from '../options.js';
import type { Settings } from '../settings.js';
import type { RetryBudget } from './budget.js';

/** What the function that is called gets besides the endpoint. */
export interface AttemptContext {
  /** Aborted when the caller, a time limit or a quicker attempt ends this one. Made when first asked for. */
  readonly signal: AbortSignal;
  /** 0 for the first attempt of a call. */
  readonly attempt: number;
}

export type AttemptFunction<E, T> = (endpoint: E, context: AttemptContext) => T | Promise<T>;

export interface CallOptions {
  /** Ends the call; the endpoints are not blamed. */
  readonly signal?: AbortSignal;
  /** ms for the whole call with its attempts and waits. @default the balancer's `timeout` */
  readonly timeout?: number;
  /** ms for each attempt. @default the balancer's `attemptTimeout` */
  readonly attemptTimeout?: number;
  /** `false`: no second attempt once one was made, and no hedging. @default true */
  readonly idempotent?: boolean;
  /** ms without an answer after which another endpoint is asked too. @default the balancer's `hedge.after` */
  readonly hedgeAfter?: number;
  /** @default the balancer's `classify` */
  readonly classify?: Classify;
}

/** What is counted since the balancer was made. */
export interface Counters {
  calls: number;
  retries: number;
  hedges: number;
  exhausted: number;
}

/** What calls need of their balancer. */
export interface Caller<E extends EndpointOptions> {
  readonly settings: Settings<E>;
  readonly clock: CompleteClock;
  readonly random: () => number;
  readonly retries: RetryBudget;
  readonly hedges: RetryBudget;
  readonly events: Events<BalancerEvents<E>>;
  readonly counters: Counters;
  acquire(options?: AcquireOptions): HeldLease<E> | undefined;
  /** ms until an endpoint may be tried again, when none may now. */
  wait(): number;
}
