import type { IncomingMessage, ServerResponse } from 'node:http';
import { sanitizeHeaders, stripHopByHop, type HeaderRecord } from '@forebay/cache-tiers/http';

/** More than any origin has reason to send before its answer. */
const MOST = 16;

const PROCESSING = 102;
const EARLY_HINTS = 103;

/**
 * Passes informational answers on to a client, as a proxy must (RFC 9110 section 15.2): `102` and `103`, for which
 * `node:http` has a way; there is none for others. Nothing for HTTP/1.0, which knows none.
 */
export function informer(
  incoming: IncomingMessage,
  response: ServerResponse,
): ((status: number, headers: HeaderRecord) => void) | undefined {
  if (incoming.httpVersionMajor === 1 && incoming.httpVersionMinor === 0) return undefined;
  let passed = 0;
  return (status, headers) => {
    if (response.headersSent || response.destroyed || passed >= MOST) return;
    passed += 1;
    // HTTP/2 has no way to say it in Node.
    if (status === PROCESSING && 'writeProcessing' in response) response.writeProcessing();
    else if (status === EARLY_HINTS) hint(response, headers);
  };
}

function hint(response: ServerResponse, headers: HeaderRecord): void {
  try {
    response.writeEarlyHints(sanitizeHeaders(stripHopByHop(headers)) as Record<string, string | string[]>);
  } catch {
    // A `Link` that Node finds malformed: a hint less.
  }
}
