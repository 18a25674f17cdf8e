import { createHash } from 'node:crypto';
import {
  type ByteRange,
  cacheStatus,
  type CacheStatus,
  contentRange,
  evaluateConditions,
  type HeaderRecord,
  requestedRange,
} from '@forebay/cache-tiers/http';
import { type Answer, type CacheOutcome, CORS_HEADERS, Problem, type ProxyRequest } from '@forebay/reverse-proxy';
import { encoded } from '../origin/codings.js';

/** A document as it goes out, before its coding. */
export interface OutgoingDocument {
  readonly status: number;
  readonly contentType: string;
  readonly bytes: Buffer;
  readonly outcome: CacheOutcome;
  readonly cacheStatus: CacheStatus;
  readonly lastModified?: string | undefined;
  /** s; of a copy that stands in. */
  readonly age?: number;
  readonly extra?: Readonly<Record<string, string>>;
}

/** What an origin's answer says that is for the client too, whatever becomes of its body. */
export const PASSED_ON = ['retry-after', 'www-authenticate'] as const;

/**
 * Makes an answer of a document that is nobody else's: never to be stored, in a coding that the client takes, with a
 * strong entity tag of its bytes.
 *
 * @throws {Problem} 412 for a condition that does not hold.
 */
export async function present(document: OutgoingDocument, request: ProxyRequest, via: string): Promise<Answer> {
  const { bytes, coding } = await encoded(document.bytes, request.headers['accept-encoding']);
  const headers: Record<string, string> = {
    'content-type': document.contentType,
    'cache-control': 'no-cache, no-store',
    'cache-status': cacheStatus(document.cacheStatus),
    'x-cache': document.outcome,
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    vary: 'Accept-Encoding',
    ...CORS_HEADERS,
    ...document.extra,
    via,
    'x-request-id': request.requestId,
    'content-length': String(bytes.length),
  };
  if (coding !== undefined) headers['content-encoding'] = coding;
  if (document.lastModified !== undefined) headers['last-modified'] = document.lastModified;
  if (document.age !== undefined) headers['age'] = String(document.age);
  const whence = { outcome: document.outcome, source: document.outcome === 'STALE' ? 'memory' : 'upstream' };
  if (document.status === 200) {
    headers['etag'] = etagOf(bytes);
    const verdict = evaluateConditions(
      { method: request.method, url: '/', headers: conditionsOf(request) },
      { status: 200, headers },
    );
    if (verdict === 'precondition-failed')
      throw new Problem(412, 'precondition-failed', 'a condition of the request does not hold');
    if (verdict === 'not-modified') {
      const { 'content-length': _length, 'content-type': _type, 'content-encoding': _coding, ...kept } = headers;
      return { status: 304, headers: kept, body: undefined, ...whence };
    }
    const range = rangeOf(request, headers, bytes.length);
    if (range !== undefined) {
      const part = bytes.subarray(range.start, range.end + 1);
      headers['content-range'] = contentRange(range.start, range.end, bytes.length);
      headers['content-length'] = String(part.length);
      return { status: 206, headers, body: part, ...whence };
    }
  }
  return { status: document.status, headers, body: request.method === 'HEAD' ? undefined : bytes, ...whence };
}

/** Dates do not tell one live playlist from the next: only entity tags count. */
function conditionsOf({ headers }: ProxyRequest): HeaderRecord {
  return { 'if-none-match': headers['if-none-match'], 'if-match': headers['if-match'] };
}

/** A part in the middle is given only to who says of which version: the next one may be another. */
function rangeOf(request: ProxyRequest, headers: Record<string, string>, size: number): ByteRange | undefined {
  const stored = { status: 200, headers };
  const range = requestedRange({ method: request.method, url: '/', headers: request.headers }, stored, size);
  if (typeof range === 'string') return undefined;
  // A date does not tell versions apart that differ in what lets a viewer in.
  return range.start === 0 || String(request.headers['if-range'] ?? '').startsWith('"') ? range : undefined;
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('sha1').update(bytes).digest('base64url')}"`;
}
