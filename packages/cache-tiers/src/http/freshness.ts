import type { CachePolicy } from './policy.js';
import type { Lifetimes, TimedResponse } from './types.js';

/** Until when a stored response is good for what (RFC 9111, section 4.2; RFC 5861). */
export function lifetimes(_stored: TimedResponse, _policy: CachePolicy, _now: number): Lifetimes {
  throw new Error('in preparation');
}

/** The response's age in whole seconds (RFC 9111, section 4.2.3), as `Age` states it. */
export function currentAgeSeconds(_stored: TimedResponse, _now: number): number {
  throw new Error('in preparation');
}
