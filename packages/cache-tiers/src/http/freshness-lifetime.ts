import type { CacheDirectives } from './directives.js';
import { fieldValue } from './field-values.js';
import { parseHttpDate } from './http-date.js';
import type { CachePolicy } from './policy.js';
import { isHeuristicallyCacheable } from './status-codes.js';
import type { TimedResponse } from './types.js';

/** How long a response is fresh, and by whose word. */
export interface FreshnessLifetime {
  /** `override` and `operator`: the policy's, reckoned from receipt; `origin` and `heuristic`: reckoned from generation. */
  readonly source: 'override' | 'origin' | 'operator' | 'heuristic' | 'none';
  readonly ms: number;
}

const NONE: FreshnessLifetime = { source: 'none', ms: 0 };

/** The freshness lifetime (RFC 9111, section 4.2.1) before anything is made of `no-cache`. */
export function freshnessLifetime(
  stored: TimedResponse,
  said: CacheDirectives,
  policy: CachePolicy,
): FreshnessLifetime {
  const { status } = stored;
  const error = status >= 400;
  const storableUnasked = isHeuristicallyCacheable(status);
  if (policy.overrideTtlMs !== undefined && storableUnasked) {
    return { source: 'override', ms: error ? policy.negativeTtlMs : policy.overrideTtlMs };
  }
  const explicit = explicitMs(stored, said, policy.shared);
  if (explicit !== undefined) return { source: 'origin', ms: explicit };
  if (!storableUnasked && !said.public) return NONE;
  if (error) return { source: 'operator', ms: policy.negativeTtlMs };
  if (policy.defaultTtlMs !== undefined && policy.defaultTtlMs > 0) {
    return { source: 'operator', ms: policy.defaultTtlMs };
  }
  return heuristic(stored, policy);
}

function explicitMs(stored: TimedResponse, said: CacheDirectives, shared: boolean): number | undefined {
  if (shared && said.sMaxAge !== undefined) return said.sMaxAge * 1000;
  if (said.maxAge !== undefined) return said.maxAge * 1000;
  const expires = stored.headers['expires'];
  if (expires === undefined || said.targeted) return undefined;
  // Of several the earliest counts; one that is no date, '0' above all, lies in the past (RFC 9111, section 5.3).
  const lines = typeof expires === 'string' ? [expires] : expires;
  const earliest = Math.min(...lines.map((line) => parseHttpDate(line) ?? -Infinity));
  return Math.max(0, earliest - generatedAt(stored));
}

/** A tenth, say, of the time since the last change (RFC 9111, section 4.2.2). */
function heuristic(stored: TimedResponse, policy: CachePolicy): FreshnessLifetime {
  const lastModified = parseHttpDate(fieldValue(stored.headers, 'last-modified'));
  if (lastModified === undefined) return NONE;
  const unchangedFor = Math.max(0, generatedAt(stored) - lastModified);
  const ms = Math.min(unchangedFor * policy.heuristicFraction, policy.maxHeuristicMs);
  return ms > 0 ? { source: 'heuristic', ms } : NONE;
}

/** `Date`, or the time of receipt where it is absent or none (RFC 9110, section 6.6.1). */
export function generatedAt(stored: TimedResponse): number {
  return parseHttpDate(fieldValue(stored.headers, 'date')) ?? stored.responseTime;
}
