import type { HeaderRecord, Headers } from './types.js';

/** The fields less those that are for one connection only (RFC 9110, section 7.6.1). */
export function stripHopByHop(_headers: HeaderRecord): Headers {
  throw new Error('in preparation');
}

/** The fields less those that no `Response` or `writeHead` would take: bad names, control or non-latin1 characters. */
export function sanitizeHeaders(_headers: HeaderRecord): Headers {
  throw new Error('in preparation');
}

/**
 * The fields of a response as they are to be stored: sane, end-to-end, no `Set-Cookie`, none that `no-cache="…"` or
 * `private="…"` names; with `responseTime` (ms since the epoch) also a `Date` where there was none.
 */
export function storableHeaders(_headers: HeaderRecord, _responseTime?: number): Headers {
  throw new Error('in preparation');
}
