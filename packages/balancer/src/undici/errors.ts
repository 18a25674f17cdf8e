import { AllFailedError, BalancerError } from '../errors.js';

/**
 * `FOREBAY_ATTEMPT_TIMEOUT`: no answer in time. `FOREBAY_CONNECTION`: the connection failed or broke before an answer.
 * `FOREBAY_BAD_RESPONSE`: what came cannot be passed on. `FOREBAY_BAD_STATUS`: an answer that counts as failure.
 * `FOREBAY_BODY_BROKEN`: the body ended early and could not be resumed. `FOREBAY_RATE_LIMITED`: the outbound limit leaves
 * no room in time. `FOREBAY_BUSY`: all connections were in use until the time was over. `FOREBAY_REDIRECT`: a redirect that loops, leads nowhere or goes on too long.
 */
export type UpstreamErrorCode =
  | 'FOREBAY_ATTEMPT_TIMEOUT'
  | 'FOREBAY_CONNECTION'
  | 'FOREBAY_BAD_RESPONSE'
  | 'FOREBAY_BAD_STATUS'
  | 'FOREBAY_BODY_BROKEN'
  | 'FOREBAY_RATE_LIMITED'
  | 'FOREBAY_BUSY'
  | 'FOREBAY_REDIRECT';

export interface UpstreamErrorDetails {
  readonly cause?: unknown;
  readonly statusCode?: number;
  readonly retryAfterMs?: number;
}

/** What went wrong with one origin. Messages name the origin, never a path or query. Made without a stack. */
export class UpstreamError extends Error {
  override readonly name: string = 'UpstreamError';
  readonly code: UpstreamErrorCode;
  /** The origin's name. */
  readonly origin: string;
  /** The status that was the failure, if it was one. */
  readonly statusCode: number | undefined;
  /** ms until asking again makes sense, if that is known. */
  readonly retryAfterMs: number | undefined;
  /** Tells these errors apart across realms and copies. */
  readonly upstreamError: true = true;

  constructor(code: UpstreamErrorCode, origin: string, message: string, details: UpstreamErrorDetails = {}) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`${origin}: ${message}`, details.cause === undefined ? undefined : { cause: details.cause });
    Error.stackTraceLimit = limit;
    this.code = code;
    this.origin = origin;
    this.statusCode = details.statusCode;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** Whether `error` is an {@link UpstreamError}, even from another copy or realm of this package. */
export function isUpstreamError(error: unknown): error is UpstreamError {
  return typeof error === 'object' && error !== null && 'upstreamError' in error;
}

/** `FOREBAY_ALL_FAILED` of a dispatch: every attempt that was allowed has failed. `cause` is the last one's error. */
export class UpstreamsFailedError extends AllFailedError {
  /** The last status that an origin answered with, if any answered. */
  readonly statusCode: number | undefined;

  constructor(errors: readonly unknown[]) {
    super(errors);
    this.statusCode = errors.filter(isUpstreamError).findLast(({ statusCode }) => statusCode !== undefined)?.statusCode;
  }
}

/** `FOREBAY_DEADLINE` of a dispatch: its total time ran out before an answer began. `cause` is the last attempt's error. */
export class UpstreamDeadlineError extends BalancerError {
  /** What the attempts before had failed with. */
  readonly errors: readonly unknown[];

  constructor(deadlineMs: number, errors: readonly unknown[]) {
    super('FOREBAY_DEADLINE', `No answer began within ${deadlineMs} ms`);
    this.cause = errors.at(-1);
    this.errors = errors;
  }
}

/** A failure below HTTP as one with an origin's name; the original is its cause. */
export function connectionError(origin: string, cause: unknown): UpstreamError {
  if (isUpstreamError(cause)) return cause;
  const code = errorCode(cause);
  const parser = code?.startsWith('HPE_') === true || code === 'UND_ERR_HEADERS_OVERFLOW';
  if (parser) return new UpstreamError('FOREBAY_BAD_RESPONSE', origin, `not HTTP (${code})`, { cause });
  return new UpstreamError('FOREBAY_CONNECTION', origin, `the connection failed (${code ?? 'unknown'})`, { cause });
}

function errorCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** Whether a connection broke that had been there: the one fault that asking again at once may mend. */
export function isReset({ cause }: UpstreamError): boolean {
  const code = errorCode(cause);
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET';
}
