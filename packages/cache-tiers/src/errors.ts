/** What a `CacheError` is about; stable. */
export type CacheErrorCode =
  /** A key that is empty or longer than 4096 bytes. */
  | 'ERR_CACHE_KEY'
  /** The cache was closed. */
  | 'ERR_CACHE_CLOSED'
  /** A body ended before or ran beyond its announced length. */
  | 'ERR_CACHE_BODY_LENGTH'
  /** The part of the body that was asked for is no longer held. */
  | 'ERR_CACHE_BODY_GONE'
  /** The reader was cancelled, or nobody was left to load for. */
  | 'ERR_CACHE_CANCELLED'
  /** The load took longer than its hard time limit. */
  | 'ERR_CACHE_LOAD_TIMEOUT'
  /** A loader said "still right" of a copy that there is not. */
  | 'ERR_CACHE_NOTHING_TO_RENEW'
  /** Stored bytes do not match their checksum. */
  | 'ERR_CACHE_DAMAGED'
  /** A tier was too slow to keep up with a body. */
  | 'ERR_CACHE_TIER_BEHIND'
  /** A tier did not answer within `tierTimeout`. */
  | 'ERR_CACHE_TIER_TIMEOUT'
  /** A tier does not want an entry after all (too large); no failure of the tier's. */
  | 'ERR_CACHE_TIER_DECLINED';

/** The base of every error that this package makes; `code` says which. */
export class CacheError extends Error {
  readonly code: CacheErrorCode;

  constructor(code: CacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CacheError';
    this.code = code;
  }
}

/** Whether an error is one of this package's, of whichever copy or realm of it. */
export function isCacheError(error: unknown): error is CacheError {
  return error instanceof Error && error.name === 'CacheError' && 'code' in error;
}
