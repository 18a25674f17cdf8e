import { RelayError } from './errors.js';
import type { Fields, ResponseHead } from './response-head.js';

/** How the end of a body is known (RFC 9112 section 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'close' };

const LENGTH = /^\d{1,15}$/;

/**
 * How the body that follows a head is framed. What two recipients could understand in two ways is refused: a length
 * beside a transfer coding, several lengths, a coding other than `chunked` alone.
 *
 * @throws {RelayError}
 */
export function framingOf(method: string, head: ResponseHead): Framing {
  const { 'transfer-encoding': coding, 'content-length': length } = head.headers;
  if (coding !== undefined) {
    if (length !== undefined || head.minorVersion === 0 || String(coding).trim().toLowerCase() !== 'chunked')
      throw new RelayError('HPE_INVALID_TRANSFER_ENCODING', 'The transfer coding cannot be relied on');
  } else if (length !== undefined && !LENGTH.test(String(length)))
    throw new RelayError('HPE_INVALID_CONTENT_LENGTH', 'The announced length is no single number');
  if (method === 'HEAD' || head.status === 204 || head.status === 304) return { kind: 'none' };
  if (coding !== undefined) return { kind: 'chunked' };
  if (length === undefined) return { kind: 'close' };
  return length === '0' ? { kind: 'none' } : { kind: 'length', length: Number(length) };
}

/** Whether the connection may serve another request after this answer (RFC 9112 section 9.3). */
export function staysOpen({ headers, minorVersion }: ResponseHead): boolean {
  const options = String(headers['connection'] ?? '')
    .toLowerCase()
    .split(',')
    .map((option) => option.trim());
  return !options.includes('close') && (minorVersion === 1 || options.includes('keep-alive'));
}

/** How long the origin keeps an idle connection, in ms, if it says so (`Keep-Alive: timeout=5`). */
export function keptFor(headers: Fields): number | undefined {
  const seconds = /(?:^|[\s,;])timeout=(\d{1,6})(?:$|[\s,;])/i.exec(String(headers['keep-alive'] ?? ''))?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
