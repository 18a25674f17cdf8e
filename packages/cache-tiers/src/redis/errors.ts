import { CacheError, type CacheErrorCode } from '../errors.js';

/**
 * What went wrong with Redis:
 * `timeout` no answer within the operation's deadline; `unavailable` no node that may be asked, or the connection broke;
 * `refused` the server answered with an error (full, read-only, no permission); `too-large` the entry is larger than the
 * tier takes; `dropped` a write gave way for want of room; `body-lost` a piece of a large entry went while it was read;
 * `closed` the connection was closed by its owner.
 */
export type RedisErrorReason = 'timeout' | 'unavailable' | 'refused' | 'too-large' | 'dropped' | 'body-lost' | 'closed';

const codes: Readonly<Record<RedisErrorReason, CacheErrorCode>> = {
  timeout: 'ERR_CACHE_TIER_BEHIND',
  unavailable: 'ERR_CACHE_TIER_BEHIND',
  refused: 'ERR_CACHE_TIER_BEHIND',
  'too-large': 'ERR_CACHE_TIER_DECLINED',
  dropped: 'ERR_CACHE_TIER_DECLINED',
  'body-lost': 'ERR_CACHE_BODY_GONE',
  closed: 'ERR_CACHE_CLOSED',
};

/** Every error that Redis is the reason of. */
export class RedisTierError extends CacheError {
  readonly reason: RedisErrorReason;

  constructor(reason: RedisErrorReason, message: string, options?: ErrorOptions) {
    super(codes[reason], message, options);
    this.reason = reason;
  }
}

/** An error that is only control flow: made without a stack, which costs more than the operation that failed. */
export const briefError = (reason: RedisErrorReason, message: string, cause?: RedisTierError): RedisTierError => {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new RedisTierError(reason, message, cause === undefined ? undefined : { cause });
  Error.stackTraceLimit = stackTraceLimit;
  return error;
};

/** The word that a Redis error reply begins with (`MOVED`, `OOM`, `LOADING`), or `undefined` for any other error. */
export const replyCode = (error: unknown): string | undefined =>
  error instanceof Error && error.name === 'ReplyError' ? error.message.split(' ', 1)[0] : undefined;

/**
 * What may be shown of a failure. The client's own errors carry the command that failed, with all of its arguments: a
 * password, a whole body. Only their message goes on.
 */
export const presentable = (thrown: unknown): RedisTierError => {
  if (thrown instanceof RedisTierError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return briefError(replyCode(thrown) === undefined ? 'unavailable' : 'refused', message);
};
