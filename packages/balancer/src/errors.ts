export type BalancerErrorCode =
  | 'FOREBAY_NO_ENDPOINT'
  | 'FOREBAY_ALL_FAILED'
  | 'FOREBAY_DEADLINE'
  | 'FOREBAY_ATTEMPT_TIMEOUT'
  | 'FOREBAY_REJECTED_RESULT'
  | 'FOREBAY_UNKNOWN_ENDPOINT';

/** What every error of this package is. These are answers, not bugs, so they are made without a stack (which costs 3 µs). */
export class BalancerError extends Error {
  readonly code: BalancerErrorCode;

  constructor(code: BalancerErrorCode, message: string, options?: ErrorOptions) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message, options);
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

/** Every attempt that was allowed has failed. `cause` is what the last one threw. */
export class AllFailedError extends BalancerError {
  /** What each attempt threw, in order. */
  readonly errors: readonly unknown[];

  constructor(errors: readonly unknown[]) {
    const last = errors.at(-1);
    const why = last instanceof Error ? `: ${last.message}` : '';
    super(
      'FOREBAY_ALL_FAILED',
      `${errors.length === 1 ? 'The attempt' : `All ${errors.length} attempts`} failed${why}`,
      {
        cause: last,
      },
    );
    this.errors = errors;
  }
}

/** The total time of a call ran out. */
export class DeadlineError extends BalancerError {
  readonly timeoutMs: number;
  /** What the attempts before had thrown. */
  readonly errors: readonly unknown[];

  constructor(timeoutMs: number, errors: readonly unknown[]) {
    super('FOREBAY_DEADLINE', `The call did not end within ${timeoutMs} ms`, { cause: errors.at(-1) });
    this.timeoutMs = timeoutMs;
    this.errors = errors;
  }
}

/** One attempt took longer than `attemptTimeout`; found among the errors of others. */
export class AttemptTimeoutError extends BalancerError {
  constructor(endpoint: string, timeoutMs: number) {
    super('FOREBAY_ATTEMPT_TIMEOUT', `${endpoint} did not answer within ${timeoutMs} ms`);
  }
}

/** `classify` called what an attempt returned a failure; found among the errors of others. */
export class RejectedResultError extends BalancerError {
  readonly result: unknown;

  constructor(result: unknown) {
    super('FOREBAY_REJECTED_RESULT', 'The answer was not good enough');
    this.result = result;
  }
}

/** A name that no endpoint of the balancer has. */
export class UnknownEndpointError extends BalancerError {
  constructor(name: string) {
    super('FOREBAY_UNKNOWN_ENDPOINT', `There is no endpoint named ${name}`);
  }
}

/** Whether `error` is one of this package's, even from another copy or realm of it. */
export function isBalancerError(error: unknown): error is BalancerError {
  return (
    typeof error === 'object' && error !== null && 'name' in error && error.name === 'BalancerError' && 'code' in error
  );
}
