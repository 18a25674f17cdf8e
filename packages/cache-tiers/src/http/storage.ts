import { parseCacheControl, type CacheDirectives } from './directives.js';
import { fieldValue } from './field-values.js';
import { lifetimes } from './freshness.js';
import { freshnessLifetime } from './freshness-lifetime.js';
import { isSaneValue } from './header-fields.js';
import { parseHttpDate } from './http-date.js';
import type { CachePolicy } from './policy.js';
import { responseDirectives } from './response-directives.js';
import { isHeuristicallyCacheable, isStorable, isUnderstood } from './status-codes.js';
import type { RequestHead, ResponseHead, TimedResponse } from './types.js';
import { varyNames } from './vary.js';

/**
 * Why an answer is not stored: the request's method or its `no-store`; a status that cannot be, or only with the origin's
 * word, stored; a part of a representation; the response's `no-store` or `private`; `Authorization` without the origin's
 * leave; `Vary: *`; a cookie set where the origin says nothing of caching; nothing to gain, as it is neither fresh, nor may be
 * served stale, nor can be validated; caching fields that cannot be read.
 */
export type NotStoredReason =
  | 'method'
  | 'request-no-store'
  | 'status'
  | 'partial'
  | 'no-store'
  | 'private'
  | 'authorization'
  | 'vary'
  | 'set-cookie'
  | 'no-lifetime'
  | 'malformed';

/** Whether an answer may be stored. */
export type Storable = { readonly store: true } | { readonly store: false; readonly reason: NotStoredReason };

/** Fields that, dropped as unfit, would change whom a stored response may be served to. */
const GOVERNING = ['cache-control', 'cdn-cache-control', 'expires', 'vary'] as const;

/**
 * Whether the response to this request may, and is worth to, be stored (RFC 9111, section 3). Only answers to `GET` are;
 * partial ones (206) never are. A caller whose cache key holds the request's `Authorization` may leave that out of
 * `request`, as the answer is then not shared.
 */
export function storable(request: RequestHead, response: ResponseHead, policy: CachePolicy): Storable {
  const reason = obstacle(request, response, policy);
  return reason === undefined ? STORE : { store: false, reason };
}

const STORE: Storable = Object.freeze({ store: true });

function obstacle(request: RequestHead, response: ResponseHead, policy: CachePolicy): NotStoredReason | undefined {
  const { status, headers } = response;
  if (request.method !== 'GET') return 'method';
  if (status === 206) return 'partial';
  if (!isStorable(status)) return 'status';
  if (GOVERNING.some((name) => !isSaneValue(headers[name] ?? ''))) return 'malformed';
  if (policy.ignoreClientReload !== true && parseCacheControl(request.headers['cache-control']).noStore) {
    return 'request-no-store';
  }

  const said = responseDirectives(headers, policy.shared);
  if (said.mustUnderstand && !isUnderstood(status)) return 'status';
  if (said.noStore && !said.mustUnderstand) return 'no-store';
  if (policy.shared && said.private) return 'private';
  if (policy.shared && request.headers['authorization'] !== undefined && !sharesAuthorized(said))
    return 'authorization';
  if (varyNames(headers) === '*') return 'vary';
  return obstacleOfLifetime(response, said, policy);
}

/** RFC 9111, section 3.5. */
function sharesAuthorized(said: CacheDirectives): boolean {
  return said.public || said.mustRevalidate || said.sMaxAge !== undefined;
}

function obstacleOfLifetime(
  response: ResponseHead,
  said: CacheDirectives,
  policy: CachePolicy,
): NotStoredReason | undefined {
  const { status, headers } = response;
  const now = parseHttpDate(fieldValue(headers, 'date')) ?? 0;
  const timed: TimedResponse = { status, headers, requestTime: now, responseTime: now };
  const { source } = freshnessLifetime(timed, said, policy);
  const consent = source === 'origin' || said.public || (!policy.shared && said.private);
  if (!consent && !isHeuristicallyCacheable(status)) return 'status';
  if (!consent && source !== 'override' && headers['set-cookie'] !== undefined) return 'set-cookie';
  if (headers['etag'] !== undefined || headers['last-modified'] !== undefined) return undefined;
  return lifetimes(timed, policy, now).staleIfErrorUntil > now ? undefined : 'no-lifetime';
}
