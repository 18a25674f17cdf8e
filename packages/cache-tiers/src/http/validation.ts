import { isWeak, matchesStrongly, matchesWeakly } from './entity-tags.js';
import { fieldValue } from './field-values.js';
import { storableHeaders } from './header-fields.js';
import { parseHttpDate } from './http-date.js';
import type { Headers, ResponseHead, StoredResponse, TimedResponse } from './types.js';

/**
 * The fields that ask the origin whether a stored response is still right (RFC 9111, section 4.3.1): `if-none-match`,
 * `if-modified-since`. Empty where it has no validator: the request then goes up without conditions.
 */
export function conditionalHeaders(stored: ResponseHead): Record<string, string> {
  const conditions: Record<string, string> = {};
  const tag = fieldValue(stored.headers, 'etag');
  const lastModified = fieldValue(stored.headers, 'last-modified');
  if (tag !== undefined) conditions['if-none-match'] = tag;
  if (lastModified !== undefined) conditions['if-modified-since'] = lastModified;
  return conditions;
}

/**
 * Whether a 304 to a request with this response's `conditionalHeaders` is about this response (RFC 9111, section 4.3.4):
 * its validators, if it has any, must be the stored ones. If not, ask again without conditions.
 */
export function updateApplies(stored: ResponseHead, notModified: ResponseHead): boolean {
  const storedTag = fieldValue(stored.headers, 'etag');
  const tag = fieldValue(notModified.headers, 'etag');
  if (tag !== undefined) {
    if (storedTag === undefined) return false;
    return isWeak(tag) ? matchesWeakly(tag, storedTag) : matchesStrongly(tag, storedTag);
  }
  const lastModified = fieldValue(notModified.headers, 'last-modified');
  if (lastModified === undefined) return true;
  const storedLastModified = fieldValue(stored.headers, 'last-modified');
  if (storedLastModified === undefined) return storedTag !== undefined;
  return storedLastModified === lastModified || parseHttpDate(storedLastModified) === parseHttpDate(lastModified);
}

/** What describes the stored bytes, which neither a 304 nor a `HEAD` brings (RFC 9111, section 3.2). */
const OF_THE_BYTES: ReadonlySet<string> = new Set([
  'content-digest',
  'content-encoding',
  'content-length',
  'content-md5',
  'content-range',
  'digest',
  'repr-digest',
]);

/**
 * The stored response after a 304 (RFC 9111, sections 3.2 and 4.3.4): its fields replace the stored ones, its times count
 * from now on. `Age` and `Date` are the 304's or nobody's. Reckon the lifetimes anew, and `varyNames` too.
 */
export function updateStored(stored: StoredResponse, notModified: TimedResponse): StoredResponse {
  const headers: Headers = storableHeaders(stored.headers);
  delete headers['age'];
  delete headers['date'];
  const fresh = storableHeaders(notModified.headers, notModified.responseTime);
  for (const [name, value] of Object.entries(fresh)) {
    if (!OF_THE_BYTES.has(name)) headers[name] = value;
  }
  return {
    status: stored.status,
    // Once more, as the new Cache-Control may withhold fields that the old one did not.
    headers: storableHeaders(headers),
    requestTime: notModified.requestTime,
    responseTime: notModified.responseTime,
  };
}

/**
 * The stored response after a 200 to a `HEAD` that was sent upstream (RFC 9111, section 4.3.5): updated where validators
 * and length say that it is still the one, `undefined` where it is not, or cannot be known to be; it is then to be taken
 * for stale.
 */
export function updateStoredByHead(stored: StoredResponse, head: TimedResponse): StoredResponse | undefined {
  if (stored.status !== 200 || head.status !== 200) return undefined;
  let known = false;
  for (const name of ['etag', 'last-modified', 'content-length'] as const) {
    const now = fieldValue(head.headers, name);
    if (now === undefined) continue;
    const then = fieldValue(stored.headers, name);
    // A body of unknown length was stored as it came; only the validators can then tell.
    if (then === undefined && name === 'content-length') continue;
    if (now !== then) return undefined;
    known = true;
  }
  return known ? updateStored(stored, head) : undefined;
}
