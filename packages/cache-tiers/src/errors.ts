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
  /** A tier was too slow to keep up with a body, or has no room. */
  | 'ERR_CACHE_TIER_BEHIND';

const brand: unique symbol = Symbol.for('@forebay/cache-tiers/error') as never;

/** The base of every error that this package makes; `code` says which. */
export class CacheError extends Error {
  readonly code: CacheErrorCode;
  readonly [brand] = true;

  constructor(code: CacheErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CacheError';
    this.code = code;
  }
}

/** Whether an error is one of this package's, of whichever copy of it. */
export function isCacheError(error: unknown): error is CacheError {
  return typeof error === 'object' && error !== null && brand in error;
}
