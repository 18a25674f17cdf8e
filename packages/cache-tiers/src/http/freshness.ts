import { deltaSeconds } from './field-values.js';
import { freshnessLifetime, generatedAt } from './freshness-lifetime.js';
import type { CachePolicy } from './policy.js';
import { forbidsStale, responseDirectives } from './response-directives.js';
import type { Lifetimes, TimedResponse } from './types.js';

/**
 * Until when a stored response is good for what (RFC 9111, section 4.2; RFC 5861). A response that claims to have been
 * received after `now` (the clock was set back, another node's runs ahead) counts as received now.
 */
export function lifetimes(stored: TimedResponse, policy: CachePolicy, now: number): Lifetimes {
  const said = responseDirectives(stored.headers, policy.shared);
  const { source, ms } = freshnessLifetime(stored, said, policy);
  const received = Math.min(stored.responseTime, now);
  const byOrigin = source === 'origin' || source === 'heuristic' || source === 'none';
  const start = byOrigin ? received - initialAgeMs(stored) : received;
  const freshUntil = start + (said.noCache && source !== 'override' ? 0 : ms);

  if (forbidsStale(said, policy.shared)) {
    return { freshUntil, staleWhileRevalidateUntil: freshUntil, staleIfErrorUntil: freshUntil };
  }
  // Nobody wants yesterday's error for its own sake, and s-maxage without another word forbids what is stale.
  const silentDefaults =
    stored.status < 400 && (source === 'override' || !(policy.shared && said.sMaxAge !== undefined));
  const window = (seconds: number | undefined, operatorMs: number): number => {
    if (seconds !== undefined && source !== 'override') return seconds * 1000;
    return silentDefaults ? operatorMs : 0;
  };
  const whileRevalidate = window(said.staleWhileRevalidate, policy.staleWhileRevalidateMs);
  const ifError = Math.max(whileRevalidate, window(said.staleIfError, policy.staleIfErrorMs));
  return {
    freshUntil,
    staleWhileRevalidateUntil: freshUntil + whileRevalidate,
    staleIfErrorUntil: freshUntil + ifError,
  };
}

/** The response's age in whole seconds (RFC 9111, section 4.2.3), as `Age` states it. */
export function currentAgeSeconds(stored: TimedResponse, now: number): number {
  return Math.floor(currentAgeMs(stored, now) / 1000);
}

/** The response's age in milliseconds. */
export function currentAgeMs(stored: TimedResponse, now: number): number {
  return initialAgeMs(stored) + Math.max(0, now - stored.responseTime);
}

/**
 * The age at receipt: `max(apparent_age, age_value + response_delay)`. `Date` has no fractions, so that neither has the
 * apparent age: what was made 0.9 seconds into a second is not 0.9 seconds old at once.
 */
function initialAgeMs(stored: TimedResponse): number {
  const apparent = Math.floor(Math.max(0, stored.responseTime - generatedAt(stored)) / 1000) * 1000;
  const delay = Math.max(0, stored.responseTime - stored.requestTime);
  return Math.max(apparent, ageValueMs(stored) + delay);
}

/** Of a list the first member counts; what is no number does not (RFC 9111, section 5.1). */
function ageValueMs(stored: TimedResponse): number {
  const age = stored.headers['age'];
  const line = typeof age === 'string' ? age : age?.[0];
  const first = line?.split(',', 1)[0]?.trim();
  return first === undefined ? 0 : (deltaSeconds(first) ?? 0) * 1000;
}
