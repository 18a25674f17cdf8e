import { createHmac } from 'node:crypto';
import { constantTimeEqual } from '@forebay/guard';

/** How far the clocks of two nodes may be apart, and how long a signature can be used. ms */
const TOLERANCE = 60_000;
const SIGNED = /^Forebay (\d{13})\.([\w-]{43})$/;

/**
 * What authorises one request to a node that has the same API key, without telling the key: an upstream that only says
 * that it is Forebay learns nothing by which it could ask for anything else.
 */
export function signRequest(apiKey: string, method: string, target: string, now: number): string {
  return `Forebay ${now}.${signatureOf(apiKey, method, target, now)}`;
}

/** Whether an `Authorization` value was made for this very request, with this key, just now. */
export function isSigned(
  authorization: string | undefined,
  apiKey: string,
  { method = '', url = '' }: { readonly method?: string | undefined; readonly url?: string | undefined },
  now: number,
): boolean {
  const [, time, signature] = SIGNED.exec(authorization ?? '') ?? [];
  if (time === undefined || signature === undefined || Math.abs(now - Number(time)) > TOLERANCE) return false;
  return constantTimeEqual(signature, signatureOf(apiKey, method, url, Number(time)));
}

// The words in front keep the digest apart from anything else the key may ever be used for.
function signatureOf(apiKey: string, method: string, target: string, time: number): string {
  return createHmac('sha256', apiKey).update(`forebay request\n${method}\n${target}\n${time}`).digest('base64url');
}
