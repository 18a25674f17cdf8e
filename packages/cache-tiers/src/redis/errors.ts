/**
 * What went wrong, for programs:
 * `REDIS_TIMEOUT` no answer within the operation's deadline; `REDIS_UNAVAILABLE` no node that may be asked, or the
 * connection broke; `REDIS_REFUSED` the server answered with an error (full, read-only, no permission);
 * `REDIS_TOO_LARGE` the entry is larger than the tier takes; `REDIS_DROPPED` a write gave way to newer ones;
 * `REDIS_BODY_LOST` a piece of a large entry went while it was read; `REDIS_CLOSED` the connection was closed by its owner.
 */
export type RedisErrorCode =
  | 'REDIS_TIMEOUT'
  | 'REDIS_UNAVAILABLE'
  | 'REDIS_REFUSED'
  | 'REDIS_TOO_LARGE'
  | 'REDIS_DROPPED'
  | 'REDIS_BODY_LOST'
  | 'REDIS_CLOSED';

/** The one error class of this subpath. */
export class RedisTierError extends Error {
  override readonly name: string = 'RedisTierError';
  readonly code: RedisErrorCode;

  constructor(code: RedisErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** An error that is only control flow: made without a stack, which costs more than the operation that failed. */
export const briefError = (code: RedisErrorCode, message: string, cause?: unknown): RedisTierError => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new RedisTierError(code, message, cause === undefined ? undefined : { cause });
  Error.stackTraceLimit = stackTraceLimit;
  return error;
};

/** The word that a Redis error reply begins with (`MOVED`, `OOM`, `LOADING`), or `undefined` for any other error. */
export const replyCode = (error: unknown): string | undefined =>
  error instanceof Error && error.name === 'ReplyError' ? error.message.split(' ', 1)[0] : undefined;
