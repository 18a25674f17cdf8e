/** What the operator says about caching, beside what origins say. `resolveCachePolicy` makes one. */
export interface CachePolicy {
  /**
   * Whether the cache serves several users (RFC 9111, section 3.5): `private` answers are then not stored, `s-maxage` and
   * `CDN-Cache-Control` count, and answers to requests with `Authorization` want the origin's leave.
   * @default true
   */
  readonly shared: boolean;
  /** Share of the time since `Last-Modified` that an answer without a lifetime is fresh for (RFC 9111, section 4.2.2), 0…1; 0 turns heuristics off. @default 0.1 */
  readonly heuristicFraction: number;
  /** Upper bound of a heuristic lifetime, in milliseconds. @default 86400000 (one day) */
  readonly maxHeuristicMs: number;
  /** Lifetime in milliseconds, from receipt, where the origin is silent; goes before the heuristic. 0 and none are the same. @default none */
  readonly defaultTtlMs?: number | undefined;
  /**
   * Lifetime in milliseconds, from receipt, that replaces whatever lifetime the origin gave to a success or permanent
   * redirect. Never `no-store` or `private`, nor the rules about `Authorization` and `Vary: *`.
   * @default none
   */
  readonly overrideTtlMs?: number | undefined;
  /** Lifetime in milliseconds, from receipt, of errors that may be cached by default (404, 405, 410, 414, 451, 501) where the origin is silent, or overridden. @default 10000 */
  readonly negativeTtlMs: number;
  /** For how many milliseconds after the end of its lifetime an answer may be served while it is refreshed (RFC 5861, section 3), where the origin is silent or overridden. @default 0 */
  readonly staleWhileRevalidateMs: number;
  /** For how many milliseconds after the end of its lifetime an answer may stand in for an error (RFC 5861, section 4), where the origin is silent or overridden. @default 86400000 (one day) */
  readonly staleIfErrorMs: number;
  /** Ignore the wishes of clients that would cost an upstream request: `no-cache`, `no-store`, `max-age`, `min-fresh`, `Pragma`. @default false */
  readonly ignoreClientReload?: boolean | undefined;
}

/**
 * A complete policy out of the given parts and the defaults.
 * @throws {RangeError} naming the option and the value where a number is out of bounds.
 */
export function resolveCachePolicy(_options: Partial<CachePolicy> = {}): CachePolicy {
  throw new Error('in preparation');
}
