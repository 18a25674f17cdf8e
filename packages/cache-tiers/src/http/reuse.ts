import type { CachePolicy } from './policy.js';
import type { Lifetimes, RequestHead, TimedResponse } from './types.js';

/** What a request may be given from a stored response. */
export type Decision = 'fresh' | 'stale-while-revalidate' | 'revalidate' | 'gateway-timeout';

/** What this request may be given from this stored response (RFC 9111, sections 4, 4.2.4 and 5.2.1). */
export function decide(
  _request: RequestHead,
  _stored: TimedResponse,
  _lifetimes: Lifetimes,
  _policy: CachePolicy,
  _now: number,
): Decision {
  throw new Error('in preparation');
}

/** Whether the stored response may stand in for an upstream's failure (RFC 5861, section 4). */
export function mayServeOnError(
  _stored: TimedResponse,
  _lifetimes: Lifetimes,
  _request: RequestHead,
  _now: number,
): boolean {
  throw new Error('in preparation');
}

/** Whether the request asks for a stored response or none at all: with none stored, the answer is 504. */
export function wantsOnlyIfCached(_request: RequestHead): boolean {
  throw new Error('in preparation');
}
