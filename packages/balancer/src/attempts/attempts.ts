import type { Balancer } from '../balancer.js';
import type { EndpointOptions } from '../endpoint.js';
import { AllFailedError, NoEndpointError, type BalancerError } from '../errors.js';
import type { Classify } from '../options.js';

export interface AttemptContext {
  /** Aborted when the caller, a time limit or a quicker attempt ends this one. Made when first asked for. */
  readonly signal: AbortSignal;
  /** 0 for the first attempt of a call. */
  readonly attempt: number;
}

export interface CallOptions {
  /** Ends the call; the endpoints are not blamed. */
  readonly signal?: AbortSignal;
  /** ms for the whole call. @default the balancer's `timeout` */
  readonly timeout?: number;
  /** ms for each attempt. @default the balancer's `attemptTimeout` */
  readonly attemptTimeout?: number;
  /** `false`: no second attempt once one was made, no hedging. @default true */
  readonly idempotent?: boolean;
  /** ms without an answer after which another endpoint is asked too. @default the balancer's `hedge.after` */
  readonly hedgeAfter?: number;
  /** @default the balancer's `classify` */
  readonly classify?: Classify;
}

export async function run<E extends EndpointOptions, T>(
  balancer: Balancer<E>,
  fn: (endpoint: E, context: AttemptContext) => T | Promise<T>,
  _options: CallOptions | undefined,
): Promise<T> {
  const lease = balancer.acquire();
  const exhausted = (error: BalancerError): BalancerError => {
    balancer.counters.exhausted++;
    balancer.events.emit('exhausted', () => ({ error }));
    return error;
  };
  if (!lease) throw exhausted(new NoEndpointError(balancer.retryAfter()));
  try {
    const result = await fn(lease.endpoint, { signal: new AbortController().signal, attempt: 0 });
    lease.success();
    return result;
  } catch (error) {
    lease.failure(error);
    throw exhausted(new AllFailedError([error]));
  }
}
