import { createHash } from 'node:crypto';
import { sanitizeHeaders, type Headers } from '@forebay/cache-tiers/http';
import { mediaTypeOf } from './admit.js';
import type { StoredMeta } from './upstream/stored-meta.js';

/** What every answer of a route says besides what was stored. */
export interface Presentation {
  readonly via: string;
  readonly cors: boolean;
}

// Types that a browser shows or parses but never runs as a page of the proxy's origin.
const INERT =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:[\w.-]+\+)?json$|application\/octet-stream$|text\/(?:plain|css|csv|vtt)$)/;
const SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
const EXPOSED = 'Accept-Ranges, Age, Cache-Status, Content-Length, Content-Range, ETag, X-Cache, X-Request-Id';

/**
 * The fields of an answer that stay the same for as long as the entry does. An answer without a validator gets a
 * strong entity tag made of its bytes, where all of them are there.
 */
export function lastingHeaders(stored: StoredMeta, bytes: Uint8Array | undefined, options: Presentation): Headers {
  const headers: Headers = sanitizeHeaders(stored.headers);
  delete headers['age'];
  delete headers['transfer-encoding'];
  if (headers['etag'] === undefined && bytes !== undefined && stored.status === 200) headers['etag'] = etagOf(bytes);
  if (stored.status === 200) headers['accept-ranges'] = 'bytes';
  headers['via'] = headers['via'] === undefined ? options.via : `${String(headers['via'])}, ${options.via}`;
  headers['x-content-type-options'] = 'nosniff';
  if (!INERT.test(mediaTypeOf(headers['content-type']) ?? '')) headers['content-security-policy'] = SANDBOX;
  if (options.cors && headers['access-control-allow-origin'] === undefined) {
    headers['access-control-allow-origin'] = '*';
    headers['access-control-expose-headers'] = EXPOSED;
  }
  return headers;
}

/** Fields of a 304 (RFC 9110 section 15.4.5): those that a cache would update by, and ours. */
const NOT_MODIFIED = [
  'cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'last-modified',
  'vary',
  'via',
  'access-control-allow-origin',
  'access-control-expose-headers',
];

export function notModifiedHeaders(lasting: Headers): Headers {
  const headers: Headers = {};
  for (const name of NOT_MODIFIED) {
    const value = lasting[name];
    if (value !== undefined) headers[name] = value;
  }
  return headers;
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('sha1').update(bytes).digest('base64url')}"`;
}
