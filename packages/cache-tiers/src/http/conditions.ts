import { matchesStrongly, matchesWeakly, parseEntityTags } from './entity-tags.js';
import { fieldValue } from './field-values.js';
import { parseHttpDate } from './http-date.js';
import type { RequestHead, ResponseHead } from './types.js';

/** What a client's conditions make of a stored response: answer with it, 304 or 412. */
export type ConditionResult = 'send' | 'not-modified' | 'precondition-failed';

/**
 * Evaluates a client's conditions against the stored response that it would get, in the order of RFC 9110,
 * section 13.2.2. `If-Match` and `If-Unmodified-Since`, which a cache may leave alone, are answered as well, so that who
 * resumes a download with them does not get bytes of something else. `If-Range` is `ifRangeMatches`'.
 */
export function evaluateConditions(
  request: RequestHead,
  stored: ResponseHead & { readonly responseTime?: number },
): ConditionResult {
  // Conditions are about a representation: what is no success is sent as it is (section 13.2.1).
  if (stored.status < 200 || stored.status > 299) return 'send';
  const { headers } = request;
  const tag = fieldValue(stored.headers, 'etag');

  const ifMatch = fieldValue(headers, 'if-match');
  if (ifMatch !== undefined) {
    if (!matchesAny(ifMatch, tag, matchesStrongly)) return 'precondition-failed';
  } else {
    const limit = parseHttpDate(fieldValue(headers, 'if-unmodified-since'));
    const lastModified = limit === undefined ? undefined : parseHttpDate(fieldValue(stored.headers, 'last-modified'));
    if (limit !== undefined && lastModified !== undefined && lastModified > limit) return 'precondition-failed';
  }

  const reads = request.method === 'GET' || request.method === 'HEAD';
  const ifNoneMatch = fieldValue(headers, 'if-none-match');
  if (ifNoneMatch !== undefined) {
    if (!matchesAny(ifNoneMatch, tag, matchesWeakly)) return 'send';
    return reads ? 'not-modified' : 'precondition-failed';
  }
  const since = reads ? parseHttpDate(fieldValue(headers, 'if-modified-since')) : undefined;
  return since !== undefined && (lastChange(stored) ?? Infinity) <= since ? 'not-modified' : 'send';
}

function matchesAny(list: string, tag: string | undefined, matches: (a: string, b: string) => boolean): boolean {
  if (list.trim() === '*') return true;
  return tag !== undefined && parseEntityTags(list).some((candidate) => matches(candidate, tag));
}

/** `Last-Modified`, or else the latest it can have been: `Date`, or the time of receipt (RFC 9111, section 4.3.2). */
function lastChange(stored: ResponseHead & { readonly responseTime?: number }): number | undefined {
  return (
    parseHttpDate(fieldValue(stored.headers, 'last-modified')) ??
    parseHttpDate(fieldValue(stored.headers, 'date')) ??
    stored.responseTime
  );
}
