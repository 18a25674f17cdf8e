import { fieldValue, isToken } from './field-values.js';
import { formatHttpDate, parseHttpDate } from './http-date.js';
import { responseDirectives } from './response-directives.js';
import type { HeaderRecord, Headers } from './types.js';

/** Most fields, and most characters in the value of one, that are kept of a head. */
const MAX_FIELDS = 256;
const MAX_VALUE_LENGTH = 16_384;

const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Fields meant for every recipient, which no `Connection` may take away (RFC 9110, section 7.6.1: a sender must not), as
 * a response without its `Vary` or `Cache-Control` would be served to the wrong people.
 */
const END_TO_END: ReadonlySet<string> = new Set([
  'age',
  'authorization',
  'cache-control',
  'cdn-cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'host',
  'last-modified',
  'vary',
]);

/**
 * The fields less those that are for one connection only (RFC 9110, section 7.6.1): `Connection` and what it names,
 * `Transfer-Encoding`, `Trailer`, `Upgrade`, `TE`, `Keep-Alive` and those about
 * proxies' own credentials. For requests, responses and trailers.
 */
export function stripHopByHop(headers: HeaderRecord): Headers {
  const named = connectionOptions(headers);
  return select(headers, (name) => !isHopByHop(name, named));
}

/**
 * The fields less those that no `Response` or `writeHead` would take: names that are no tokens, values with control
 * characters or beyond latin1. At most 256 fields beside those that caching and framing depend on, values of at most
 * 16,384 characters.
 */
export function sanitizeHeaders(headers: HeaderRecord): Headers {
  return sane(headers, () => true);
}

/**
 * The fields of a response as they are to be stored (RFC 9111, section 3.1): sane, end-to-end, no `Set-Cookie`, none that
 * `no-cache="…"` or `private="…"` names. With `responseTime` (ms since the epoch), also a `Date` where there was no valid
 * one (RFC 9110, section 6.6.1).
 */
export function storableHeaders(headers: HeaderRecord, responseTime?: number): Headers {
  const named = connectionOptions(headers);
  const directives = responseDirectives(headers, true);
  const withheld = new Set([...directives.noCacheFields, ...directives.privateFields]);
  const kept = sane(
    headers,
    (name) => !isHopByHop(name, named) && name !== 'set-cookie' && name !== 'set-cookie2' && !withheld.has(name),
  );
  if (responseTime !== undefined && parseHttpDate(fieldValue(headers, 'date')) === undefined) {
    kept['date'] = formatHttpDate(responseTime);
  }
  return kept;
}

/** Whether a value is of a bearable length and free of what HTTP forbids in one (RFC 9110, section 5.5). */
export function isSaneValue(value: string | readonly string[]): boolean {
  if (typeof value === 'string') return value.length <= MAX_VALUE_LENGTH && !UNFIT.test(value);
  const length = value.reduce((sum, line) => sum + line.length, 0);
  return length <= MAX_VALUE_LENGTH && value.every((line) => !UNFIT.test(line));
}

/** Control characters but the tab, and all that latin1 has not. */
const UNFIT = /[^\t\x20-\x7e\x80-\xff]/;

function connectionOptions(headers: HeaderRecord): ReadonlySet<string> | undefined {
  const connection = fieldValue(headers, 'connection');
  if (connection === undefined) return undefined;
  return new Set(connection.split(',').map((option) => option.trim().toLowerCase()));
}

function isHopByHop(name: string, named: ReadonlySet<string> | undefined): boolean {
  return HOP_BY_HOP.has(name) || (named?.has(name) === true && !END_TO_END.has(name));
}

function sane(headers: HeaderRecord, keep: (name: string) => boolean): Headers {
  let left = MAX_FIELDS;
  return select(headers, (name, value) => {
    if (!keep(name) || !isToken(name) || !isSaneValue(value)) return false;
    if (END_TO_END.has(name)) return true;
    left -= 1;
    return left >= 0;
  });
}

function select(headers: HeaderRecord, keep: (name: string, value: string | readonly string[]) => boolean): Headers {
  const kept: Headers = {};
  for (const key of Object.keys(headers)) {
    const value = headers[key];
    const name = key.toLowerCase();
    // '__proto__' is a valid field name, but as a key it is not one of ours.
    if (value !== undefined && name !== '__proto__' && keep(name, value)) kept[name] = value;
  }
  return kept;
}
