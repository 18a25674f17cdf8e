import type { HeaderRecord } from './types.js';

/** The request fields that the response depends on, in lower case and order; `'*'` where no request can match. */
export function varyNames(_responseHeaders: HeaderRecord): readonly string[] | '*' {
  throw new Error('in preparation');
}

/** The secondary cache key (RFC 9111, section 4.1); `''` where there are no names. */
export function varyKey(_names: readonly string[], _requestHeaders: HeaderRecord): string {
  throw new Error('in preparation');
}
