import type { BookEntry } from '../book/book-store.js';

/** What a redirect leaves of a URL's life, so that whoever keeps it arrives in time. Seconds. */
const MARGIN = 30;

/** The headers of a redirect to a signed URL, which may be kept for less than that works, and not at all near its end. */
export function redirectHeaders({ url, expiresAt }: BookEntry, now: number, requestId: string): Record<string, string> {
  const seconds = Math.floor((expiresAt - now) / 1000) - MARGIN;
  return {
    location: url,
    'cache-control': seconds > 0 ? `private, max-age=${seconds}` : 'no-store',
    'content-length': '0',
    'access-control-allow-origin': '*',
    // The page behind the redirect is none of the store's business, nor is the signature another page's.
    'referrer-policy': 'no-referrer',
    'x-request-id': requestId,
  };
}
