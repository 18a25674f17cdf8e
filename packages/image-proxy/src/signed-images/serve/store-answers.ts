import type { IncomingHttpHeaders } from 'node:http';

/**
 * What to make of an answer of the store: `passed` on; `refused`, as the signature may be at fault; `failed`. What is passed
 * or refused may have words of ours instead of the store's, whose XML repeats the signature.
 */
export interface Verdict {
  readonly kind: 'passed' | 'refused' | 'failed';
  readonly body?: Buffer | undefined;
}

/** Errors of the store are kept for so long, which spares it those who ask again and again. */
export const ERROR_SECONDS = 5;

const problem = (code: string, title: string, status: number, detail: string): Buffer =>
  Buffer.from(JSON.stringify({ type: `urn:forebay:problem:${code}`, title, status, detail }));

const NOT_FOUND = problem('image-not-found', 'Not Found', 404, 'the store has no image of this key');
const GONE = problem('image-not-found', 'Gone', 410, 'the store has no image of this key any more');
const DENIED = problem('image-denied', 'Forbidden', 403, 'the store denies access to this key');

export function verdictOn(status: number): Verdict {
  switch (status) {
    case 404:
      return { kind: 'passed', body: NOT_FOUND };
    case 410:
      return { kind: 'passed', body: GONE };
    case 403:
      return { kind: 'refused', body: DENIED };
    // How stores speak of signatures, tokens and keys that they cannot read or do not know any more.
    case 400:
    case 401:
      return { kind: 'refused' };
    // The proxy has its own way with a limit of the rate and with what is not modified; a redirect would show the URL.
    case 304:
    case 429:
      return { kind: 'passed' };
    default:
      return { kind: status < 300 ? 'passed' : 'failed' };
  }
}

const HIDDEN = /^(?:location|content-location|set-cookie|refresh|link|x-(?:amz|cos|oss|obs|goog|ms)-.*)$/;

/** The headers of a store's answer, without its own; with those of the body that takes the place of the store's. */
export function shownHeaders(headers: IncomingHttpHeaders, instead: Buffer | undefined): IncomingHttpHeaders {
  const shown = Object.fromEntries(Object.entries(headers).filter(([name]) => !HIDDEN.test(name)));
  if (instead === undefined) return shown;
  for (const name of ['etag', 'last-modified', 'content-encoding', 'transfer-encoding', 'cache-control', 'expires'])
    delete shown[name];
  return {
    ...shown,
    'content-type': 'application/problem+json',
    'content-length': String(instead.length),
    'cache-control': `max-age=${ERROR_SECONDS}`,
  };
}
