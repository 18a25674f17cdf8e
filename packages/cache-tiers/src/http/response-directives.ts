import { parseCacheControl, parseCdnCacheControl, type CacheDirectives } from './directives.js';
import { fieldValue } from './field-values.js';
import type { HeaderRecord } from './types.js';

/**
 * The directives that this cache goes by: a shared one by `CDN-Cache-Control` where it is valid, alone, else by
 * `Cache-Control`. `Pragma: no-cache` is undefined in responses, but who sends it without any other word does not want
 * a lifetime of our own making (RFC 9111, section 5.4).
 */
export function responseDirectives(headers: HeaderRecord, shared: boolean): CacheDirectives {
  const targeted = shared ? parseCdnCacheControl(headers['cdn-cache-control']) : undefined;
  if (targeted !== undefined) return targeted;
  const directives = parseCacheControl(headers['cache-control']);
  const onlyPragma = headers['cache-control'] === undefined && headers['expires'] === undefined;
  return onlyPragma && saysNoCache(headers) ? { ...directives, noCache: true } : directives;
}

/** Whether `Pragma` holds `no-cache`. */
export function saysNoCache(headers: HeaderRecord): boolean {
  const pragma = fieldValue(headers, 'pragma');
  return pragma !== undefined && /(?:^|,)\s*no-cache\s*(?:$|[,=])/i.test(pragma);
}

/**
 * Whether the origin forbids serving the response stale (RFC 9111, section 4.2.4); `s-maxage` does as well
 * (section 5.2.2.10), but gives way to an explicit word in the same response.
 */
export function forbidsStale(directives: CacheDirectives, shared: boolean): boolean {
  return directives.noCache || directives.mustRevalidate || (shared && directives.proxyRevalidate);
}
