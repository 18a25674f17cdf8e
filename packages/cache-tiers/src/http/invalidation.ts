import { fieldValue } from './field-values.js';
import type { RequestHead, ResponseHead } from './types.js';

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * The URLs whose stored responses this exchange makes invalid (RFC 9111, section 4.4): after an unsafe or unknown method
 * that was no failure, the target, and what `Location` and `Content-Location` name on the same origin. In the form of
 * `request.url`: absolute, or path and query.
 */
export function invalidates(request: RequestHead, response: ResponseHead): readonly string[] {
  if (SAFE.has(request.method) || response.status < 200 || response.status > 399) return NOTHING;
  const inOriginForm = request.url.startsWith('/');
  const target = inOriginForm
    ? parseUrl(`http://${fieldValue(request.headers, 'host') ?? 'unknown.invalid'}${request.url}`)
    : parseUrl(request.url);
  if (target === undefined) return [request.url];

  const urls = new Set([request.url]);
  for (const name of ['location', 'content-location'] as const) {
    const value = fieldValue(response.headers, name);
    const url = value === undefined ? undefined : parseUrl(value, target);
    if (url === undefined || !sameOrigin(url, target, inOriginForm)) continue;
    url.hash = '';
    urls.add(inOriginForm ? url.pathname + url.search : url.href);
  }
  return [...urls];
}

const NOTHING: readonly string[] = Object.freeze([]);

/** A request in origin form does not say its scheme: either will do, but host and port must agree. */
function sameOrigin(url: URL, target: URL, schemeUnknown: boolean): boolean {
  if (!schemeUnknown) return url.origin === target.origin;
  return url.host === target.host && (url.protocol === 'http:' || url.protocol === 'https:');
}

function parseUrl(value: string, base?: URL): URL | undefined {
  return URL.canParse(value, base?.href) ? new URL(value, base) : undefined;
}
