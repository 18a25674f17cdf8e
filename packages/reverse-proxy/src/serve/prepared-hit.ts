import { STATUS_CODES } from 'node:http';
import type { MemoryEntry } from '@forebay/cache-tiers';
import { cacheStatus, contentRange, currentAgeMs, type Headers } from '@forebay/cache-tiers/http';
import { lastingHeaders, notModifiedHeaders, type Presentation } from '../presentation.js';
import type { StoredMeta } from '../upstream/stored-meta.js';
import { fieldName } from './field-name.js';
import { WireImage } from './wire-image.js';

/**
 * What is derived from a memory entry once and hung on it: its lasting header fields as a record and as text. Of a
 * header block only `Age`, the `ttl` and the request id change from one hit to the next; nothing of these is kept, so
 * that ten thousand warm entries leave no garbage behind every second.
 */
export class PreparedHit {
  readonly lasting: Headers;
  /** The request fields that the response varies by, and their values, or undefined. */
  readonly vary: StoredMeta['vary'];
  readonly status: number;
  /** Header and body in one piece, where the memory tier left room for it. */
  readonly image: WireImage | undefined;
  readonly #entry: MemoryEntry<StoredMeta>;
  /** The age at receipt, in ms. */
  readonly #initialAge: number;
  readonly #lines: string;
  readonly #whole: string;
  #notModified: string | undefined;

  constructor(entry: MemoryEntry<StoredMeta>, presentation: Presentation) {
    const stored = entry.head.metadata;
    this.#entry = entry;
    this.status = stored.status;
    this.vary = stored.vary;
    this.lasting = lastingHeaders(stored, entry.bytes, presentation);
    this.image = WireImage.of(entry.bytes, entry.headroom);
    this.#initialAge = currentAgeMs(stored, stored.responseTime);
    this.#lines = `${lines(this.lasting)}X-Cache: HIT\r\n`;
    // A 204 has no length (RFC 9110 section 8.6).
    const length = this.status === 204 ? '' : `Content-Length: ${entry.bytes.length}\r\n`;
    this.#whole = `${statusLine(this.status)}${length}${this.#lines}`;
  }

  /** Header block and body as one, at `now` (ms since the epoch); undefined where they must go out apart. */
  stamped(now: number, requestId: string): Uint8Array | undefined {
    return this.image?.stamped(this, Math.floor(now / 1000), requestId, this.#whole, () => this.#changing(now));
  }

  /** The block in front of the whole body. */
  whole(now: number, requestId: string): string {
    return `${this.#whole}${this.#changing(now)}${requestId}\r\n\r\n`;
  }

  /** The block of a 304. */
  notModified(now: number, requestId: string): string {
    this.#notModified ??= `${statusLine(304)}${lines(notModifiedHeaders(this.lasting))}X-Cache: HIT\r\n`;
    return `${this.#notModified}${this.#changing(now)}${requestId}\r\n\r\n`;
  }

  /** The block in front of the bytes from `start` to `end`, both included. */
  part(now: number, requestId: string, start: number, end: number): string {
    const range = contentRange(start, end, this.#entry.bytes.length);
    return `${statusLine(206)}Content-Length: ${end - start + 1}\r\nContent-Range: ${range}\r\n${this.#lines}${this.#changing(now)}${requestId}\r\n\r\n`;
  }

  #changing(now: number): string {
    const { head } = this.#entry;
    const age = Math.floor((this.#initialAge + Math.max(0, now - head.metadata.responseTime)) / 1000);
    const status = cacheStatus({ hit: true, ttl: Math.floor((head.freshUntil - now) / 1000), detail: 'memory' });
    return `Age: ${age}\r\nCache-Status: ${status}\r\nX-Request-Id: `;
  }
}

/** The prepared form of an entry, made on its first hit. */
export function preparedHit(entry: MemoryEntry<StoredMeta>, presentation: Presentation): PreparedHit {
  if (entry.prepared instanceof PreparedHit) return entry.prepared;
  const prepared = new PreparedHit(entry, presentation);
  entry.prepared = prepared;
  return prepared;
}

const statusLine = (status: number): string => `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`;

function lines(headers: Headers): string {
  let text = '';
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'content-length') continue;
    for (const each of typeof value === 'string' ? [value] : value) text += `${fieldName(name)}: ${each}\r\n`;
  }
  return text;
}
