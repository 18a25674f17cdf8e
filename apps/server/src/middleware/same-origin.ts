import type { IncomingMessage } from 'node:http';

/**
 * Whether a browser sent the request from a page of this very host, for requests that a cookie alone vouches for: by
 * Fetch Metadata where there is any, else by `Origin`. What says neither is no browser's, and has no use for a cookie.
 */
export function isSameOrigin({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { host, origin } = headers;
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host;
}
