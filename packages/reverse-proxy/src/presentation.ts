import { createHash } from 'node:crypto';
import { sanitizeHeaders, type Headers } from '@forebay/cache-tiers/http';
import { mediaTypeOf } from './admit.js';
import type { StoredMeta } from './upstream/stored-meta.js';

/** What every answer of a route says besides what was stored. */
export interface Presentation {
  readonly via: string;
  readonly cors: boolean;
  /** Whether the upstream is the site that is being served, so that what it says of all of it holds here. */
  readonly siteWide: boolean;
}

/** Fields that say something to a browser about more than the one answer. */
const SITE_WIDE = [
  'alt-svc',
  'clear-site-data',
  'nel',
  'refresh',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie',
  'strict-transport-security',
];

// Types that a browser shows or parses but never runs as a page of the proxy's origin.
const INERT =
  /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:[\w.-]+\+)?json$|application\/octet-stream$|text\/(?:plain|css|csv|vtt)$)/;
const SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** What lets anyone's script read an answer. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'Accept-Ranges, Age, Cache-Status, Content-Length, Content-Range, ETag, X-Cache, X-Request-Id',
};

/** Statuses whose answers have no body, whatever an upstream sends with them. */
export const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * The fields of an answer that stay the same for as long as the entry does. An answer without a validator gets a
 * strong entity tag made of its bytes, where all of them are there.
 */
export function lastingHeaders(stored: StoredMeta, bytes: Uint8Array | undefined, options: Presentation): Headers {
  const headers: Headers = sanitizeHeaders(stored.headers);
  delete headers['age'];
  delete headers['transfer-encoding'];
  if (!options.siteWide) for (const name of SITE_WIDE) delete headers[name];
  if (BODILESS.has(stored.status)) delete headers['content-length'];
  // Or it would be one that lasts until the connection ends (RFC 9110 section 15.3.6).
  if (stored.status === 205) headers['content-length'] = '0';
  if (headers['etag'] === undefined && bytes !== undefined && stored.status === 200) headers['etag'] = etagOf(bytes);
  if (stored.status === 200) headers['accept-ranges'] = 'bytes';
  headers['via'] = headers['via'] === undefined ? options.via : `${String(headers['via'])}, ${options.via}`;
  headers['x-content-type-options'] = 'nosniff';
  if (!INERT.test(mediaTypeOf(headers['content-type']) ?? '')) headers['content-security-policy'] = SANDBOX;
  if (options.cors && headers['access-control-allow-origin'] === undefined) Object.assign(headers, CORS_HEADERS);
  return headers;
}

/** Fields of a 304 (RFC 9110 section 15.4.5): those that a cache would update by, and ours. */
const NOT_MODIFIED = [
  'accept-ranges',
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
