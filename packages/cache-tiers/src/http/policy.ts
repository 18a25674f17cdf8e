/** What the operator says about caching, beside what origins say. `resolveCachePolicy` makes one. */
export interface CachePolicy {
  /**
   * Whether the cache serves several users (RFC 9111, section 3.5): `private` answers are then not stored, `s-maxage` and
   * `CDN-Cache-Control` count, and answers to requests with `Authorization` want the origin's leave.
   * @default true
   */
  readonly shared: boolean;
  /**
   * Share of the time since `Last-Modified` for which an answer without a lifetime is fresh (RFC 9111, section 4.2.2),
   * 0…1. 0 turns heuristics off.
   * @default 0.1
   */
  readonly heuristicFraction: number;
  /** Upper bound of a heuristic lifetime, in milliseconds. @default 86400000 (one day) */
  readonly maxHeuristicMs: number;
  /**
   * Lifetime in milliseconds, from receipt, where the origin is silent; goes before the heuristic. 0 and none are the
   * same.
   * @default none
   */
  readonly defaultTtlMs?: number | undefined;
  /**
   * Lifetime in milliseconds, from receipt, that replaces whatever lifetime the origin gave to a success or a permanent
   * redirect, an unqualified `no-cache` included. Never `no-store` or `private`, nor the rules about `Authorization` and
   * `Vary: *`.
   * @default none
   */
  readonly overrideTtlMs?: number | undefined;
  /**
   * Lifetime in milliseconds, from receipt, of errors that may be cached by default (404, 405, 410, 414, 451, 501) where
   * the origin is silent or overridden.
   * @default 10000
   */
  readonly negativeTtlMs: number;
  /**
   * For how many milliseconds past its lifetime an answer may be served while it is refreshed (RFC 5861, section 3),
   * where the origin is silent or overridden.
   * @default 0
   */
  readonly staleWhileRevalidateMs: number;
  /**
   * For how many milliseconds past its lifetime an answer may stand in for an error (RFC 5861, section 4), where the
   * origin is silent or overridden.
   * @default 86400000 (one day)
   */
  readonly staleIfErrorMs: number;
  /**
   * Ignore the wishes of clients that cost upstream requests: `no-cache`, `no-store`, `max-age`, `min-fresh`, `Pragma`.
   * @default false
   */
  readonly ignoreClientReload?: boolean | undefined;
}

const DAY_MS = 86_400_000;

/**
 * A complete policy out of the given parts and the defaults.
 * @throws {RangeError} naming the option and the value where a number is out of bounds.
 * @throws {TypeError} naming the option and the value where a switch is not a boolean.
 */
export function resolveCachePolicy(options: Partial<CachePolicy> = {}): CachePolicy {
  const policy: CachePolicy = {
    shared: options.shared ?? true,
    heuristicFraction: options.heuristicFraction ?? 0.1,
    maxHeuristicMs: options.maxHeuristicMs ?? DAY_MS,
    defaultTtlMs: options.defaultTtlMs,
    overrideTtlMs: options.overrideTtlMs,
    negativeTtlMs: options.negativeTtlMs ?? 10_000,
    staleWhileRevalidateMs: options.staleWhileRevalidateMs ?? 0,
    staleIfErrorMs: options.staleIfErrorMs ?? DAY_MS,
    ignoreClientReload: options.ignoreClientReload ?? false,
  };
  for (const name of ['shared', 'ignoreClientReload'] as const) {
    if (typeof policy[name] !== 'boolean')
      throw new TypeError(`${name} must be a boolean, got ${String(policy[name])}`);
  }
  if (!(policy.heuristicFraction >= 0 && policy.heuristicFraction <= 1)) {
    throw new RangeError(`heuristicFraction must be within 0…1, got ${policy.heuristicFraction}`);
  }
  for (const name of DURATIONS) {
    const value = policy[name];
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      throw new RangeError(`${name} must be a number of milliseconds, 0 or more, got ${value}`);
    }
  }
  return policy;
}

const DURATIONS = [
  'maxHeuristicMs',
  'defaultTtlMs',
  'overrideTtlMs',
  'negativeTtlMs',
  'staleWhileRevalidateMs',
  'staleIfErrorMs',
] as const;
