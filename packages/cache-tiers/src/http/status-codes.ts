/** Final status codes whose caching rules this module knows, for `must-understand` (RFC 9111, section 5.2.2.3). */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410,
  411, 412, 413, 414, 415, 417, 421, 422, 426, 451, 500, 501, 502, 503, 504, 505,
]);

/** Codes whose responses no cache may store (RFC 6585), and 304, which is about a stored one. */
const NEVER_STORED: ReadonlySet<number> = new Set([304, 428, 429, 431, 511]);

/** Codes that may be stored without the origin's word (RFC 9110, section 15.1; 451: RFC 7725), 206 apart. */
const HEURISTICALLY_CACHEABLE: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 451, 501,
]);

const SERVER_ERRORS: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Whether it is a final status code that allows storing at all. */
export function isStorable(status: number): boolean {
  return Number.isInteger(status) && status >= 200 && status <= 599 && !NEVER_STORED.has(status);
}

export function isUnderstood(status: number): boolean {
  return UNDERSTOOD.has(status);
}

export function isHeuristicallyCacheable(status: number): boolean {
  return HEURISTICALLY_CACHEABLE.has(status);
}

/** Whether a stale response may stand in for an upstream's answer with this status (RFC 5861, section 4). */
export function countsAsError(status: number): boolean {
  return SERVER_ERRORS.has(status);
}
