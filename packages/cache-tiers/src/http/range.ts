import type { HeaderRecord, ResponseHead } from './types.js';

/** One range of bytes, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Reads a `Range` field for a representation of `size` bytes; `'ignore'` means: answer 200 with the whole. */
export function parseRange(
  _header: string | readonly string[] | undefined,
  _size: number,
): ByteRange | 'unsatisfiable' | 'ignore' {
  throw new Error('in preparation');
}

/** Whether `If-Range` (or its absence) lets a `Range` be honoured from this response (RFC 9110, section 13.1.5). */
export function ifRangeMatches(_requestHeaders: HeaderRecord, _stored: ResponseHead): boolean {
  throw new Error('in preparation');
}

/** `Content-Range` of a 206. */
export function contentRange(start: number, end: number, size: number): string {
  return `bytes ${start}-${end}/${size}`;
}

/** `Content-Range` of a 416. */
export function unsatisfiedRange(size: number): string {
  return `bytes */${size}`;
}
