import { matchesStrongly } from './entity-tags.js';
import { fieldValue, joinLines } from './field-values.js';
import { parseHttpDate } from './http-date.js';
import type { HeaderRecord, RequestHead, ResponseHead } from './types.js';

/** One range of bytes, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the `Range` of a `GET` (other methods have none) for a representation of `size` bytes (RFC 9110, section 14).
 * `'ignore'` means: answer 200 with the whole, as for other units, several ranges, and what is no range. `'unsatisfiable'`
 * means 416 with `unsatisfiedRange(size)`.
 */
export function parseRange(
  header: string | readonly string[] | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | 'ignore' {
  if (header === undefined) return 'ignore';
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(joinLines(header).trim());
  const first = match?.[1];
  const last = match?.[2];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'ignore';
  if (first === '') {
    const length = Number(last);
    if (length === 0) return 'unsatisfiable';
    // The last bytes of nothing are nothing: satisfiable, but no Content-Range can say so (section 14.1.2).
    return size === 0 ? 'ignore' : { start: Math.max(0, size - length), end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? Infinity : Number(last);
  if (end < start) return 'ignore';
  return start >= size ? 'unsatisfiable' : { start, end: Math.min(end, size - 1) };
}

/**
 * The part of a stored response that a request is to be given: `parseRange`, where there is a `Range` to heed at all. That
 * takes a `GET`, a 200, and an `If-Range` that matches (RFC 9110, section 14.2). Conditions go first:
 * `evaluateConditions`.
 */
export function requestedRange(
  request: RequestHead,
  stored: ResponseHead,
  size: number,
): ByteRange | 'unsatisfiable' | 'ignore' {
  const header = request.headers['range'];
  if (header === undefined || request.method !== 'GET' || stored.status !== 200) return 'ignore';
  return ifRangeMatches(request.headers, stored) ? parseRange(header, size) : 'ignore';
}

/**
 * Whether `If-Range` (or its absence) lets a `Range` be honoured from this response (RFC 9110, section 13.1.5): the same
 * strong entity tag, or the same `Last-Modified`, if that is old enough to be a strong validator (section 8.8.2.2).
 */
export function ifRangeMatches(requestHeaders: HeaderRecord, stored: ResponseHead): boolean {
  const condition = fieldValue(requestHeaders, 'if-range')?.trim();
  if (condition === undefined) return true;
  const tag = fieldValue(stored.headers, 'etag');
  if (tag !== undefined && matchesStrongly(condition, tag)) return true;
  const wanted = parseHttpDate(condition);
  const lastModified = parseHttpDate(fieldValue(stored.headers, 'last-modified'));
  const date = parseHttpDate(fieldValue(stored.headers, 'date'));
  if (wanted === undefined || date === undefined || wanted !== lastModified) return false;
  return lastModified + 1000 <= date;
}

/** `Content-Range` of a 206. */
export function contentRange(start: number, end: number, size: number): string {
  return `bytes ${start}-${end}/${size}`;
}

/** `Content-Range` of a 416. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}
