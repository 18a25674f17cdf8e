import { parseCacheControl, type CacheDirectives } from './directives.js';
import { currentAgeMs } from './freshness.js';
import type { CachePolicy } from './policy.js';
import { forbidsStale, responseDirectives, saysNoCache } from './response-directives.js';
import type { HeaderRecord, Lifetimes, RequestHead, TimedResponse } from './types.js';

/**
 * What a request may be given from a stored response: it as it is; it, and a refresh in the background; it only if the
 * origin confirms it; or, as the client wants nothing but what is stored, a 504.
 */
export type Decision = 'fresh' | 'stale-while-revalidate' | 'revalidate' | 'gateway-timeout';

/**
 * What this request may be given from this stored response (RFC 9111, sections 4, 4.2.4 and 5.2.1; RFC 5861, section 3).
 * The response must be the one that the request selects: same key, same `varyKey`. A `HEAD` is answered from a stored
 * `GET` by the same rules.
 */
export function decide(
  request: RequestHead,
  stored: TimedResponse,
  lifetimes: Lifetimes,
  policy: CachePolicy,
  now: number,
): Decision {
  const { headers } = request;
  if (headers['cache-control'] === undefined && headers['pragma'] === undefined) {
    if (now < lifetimes.freshUntil) return 'fresh';
    return now < lifetimes.staleWhileRevalidateUntil ? 'stale-while-revalidate' : 'revalidate';
  }
  const asked = askedOf(headers);
  const decision = decideAsAsked(asked, stored, lifetimes, policy, now);
  return decision === 'revalidate' && asked.onlyIfCached ? 'gateway-timeout' : decision;
}

/**
 * Whether the stored response may stand in for an upstream's failure (RFC 5861, section 4): by the origin's word, the
 * operator's, or the request's own `stale-if-error`.
 */
export function mayServeOnError(
  stored: TimedResponse,
  lifetimes: Lifetimes,
  request: RequestHead,
  now: number,
): boolean {
  if (now < lifetimes.staleIfErrorUntil) return true;
  const { staleIfError } = parseCacheControl(request.headers['cache-control']);
  if (staleIfError === undefined || now >= lifetimes.freshUntil + staleIfError * 1000) return false;
  return !forbidsStale(responseDirectives(stored.headers, true), true);
}

/** Whether the request asks for a stored response or none at all: with none stored, the answer is 504. */
export function wantsOnlyIfCached(request: RequestHead): boolean {
  return parseCacheControl(request.headers['cache-control']).onlyIfCached;
}

function decideAsAsked(
  asked: CacheDirectives,
  stored: TimedResponse,
  lifetimes: Lifetimes,
  policy: CachePolicy,
  now: number,
): Decision {
  const heeded = policy.ignoreClientReload !== true;
  const freshFor = lifetimes.freshUntil - now;
  if (heeded) {
    if (asked.noCache || asked.maxAge === 0) return 'revalidate';
    if (asked.maxAge !== undefined && currentAgeMs(stored, now) > asked.maxAge * 1000) return 'revalidate';
    if (asked.minFresh !== undefined && freshFor < asked.minFresh * 1000) return 'revalidate';
  }
  if (freshFor > 0) return 'fresh';
  if (asked.maxStale !== undefined && -freshFor <= asked.maxStale * 1000 && allowsMaxStale(stored, policy)) {
    return 'stale-while-revalidate';
  }
  // Who names an age wants nothing stale unless max-stale says so (RFC 9111, section 5.2.1.1).
  const refusesStale = heeded && asked.maxAge !== undefined;
  return !refusesStale && now < lifetimes.staleWhileRevalidateUntil ? 'stale-while-revalidate' : 'revalidate';
}

/** `s-maxage` forbids it as `proxy-revalidate` does (RFC 9111, sections 4.2.4 and 5.2.2.10). */
function allowsMaxStale(stored: TimedResponse, policy: CachePolicy): boolean {
  const said = responseDirectives(stored.headers, policy.shared);
  return !forbidsStale(said, policy.shared) && !(policy.shared && said.sMaxAge !== undefined);
}

/** `Pragma: no-cache` counts where there is no `Cache-Control` (RFC 9111, section 5.4). */
function askedOf(headers: HeaderRecord): CacheDirectives {
  const asked = parseCacheControl(headers['cache-control']);
  return headers['cache-control'] === undefined && saysNoCache(headers) ? { ...asked, noCache: true } : asked;
}
