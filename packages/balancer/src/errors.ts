export type BalancerErrorCode =
  /** `NoEndpointError` */
  | 'FOREBAY_NO_ENDPOINT'
  /** `AllFailedError` */
  | 'FOREBAY_ALL_FAILED'
  /** The total time of a call ran out; `cause` is what the last attempt before had thrown. */
  | 'FOREBAY_DEADLINE'
  /** One attempt took longer than `attemptTimeout`; found among the `errors` of an `AllFailedError`. */
  | 'FOREBAY_ATTEMPT_TIMEOUT'
  /** `classify` called what an attempt returned a failure; `cause` is what that was. Found among `errors`, too. */
  | 'FOREBAY_REJECTED_RESULT'
  /** No endpoint of the balancer has that name. */
  | 'FOREBAY_UNKNOWN_ENDPOINT';

/** What every error of this package is. These are answers, not bugs, so they are made without a stack (which costs 3 µs). */
export class BalancerError extends Error {
  readonly code: BalancerErrorCode;

  constructor(code: BalancerErrorCode, message: string, cause?: unknown) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    if (cause === undefined) super(message);
    else super(message, { cause });
    Error.stackTraceLimit = limit;
    this.name = 'BalancerError';
    this.code = code;
  }
}

/** No endpoint may be tried now: all are blocked, held, unhealthy, drained or full. */
export class NoEndpointError extends BalancerError {
  /** ms until asking again makes sense. */
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('FOREBAY_NO_ENDPOINT', 'No endpoint may be tried now');
    this.retryAfterMs = retryAfterMs;
  }
}

/** Every attempt that was allowed has failed. `cause` is the last of `errors`. */
export class AllFailedError extends BalancerError {
  /** What each attempt threw, in order. */
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    const last = errors.at(-1);
    super('FOREBAY_ALL_FAILED', `${errors.length} failed, the last with: ${messageOf(last)}`, last);
    this.errors = errors;
  }
}

/** Whether `error` is one of this package's, even from another copy or realm of it. */
export function isBalancerError(error: unknown): error is BalancerError {
  return (
    typeof error === 'object' && error !== null && 'name' in error && error.name === 'BalancerError' && 'code' in error
  );
}

export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : typeof error;
}
