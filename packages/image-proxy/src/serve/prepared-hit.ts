import { STATUS_CODES } from 'node:http';
import type { MemoryEntry } from '@forebay/cache-tiers';
import { cacheStatus, currentAgeSeconds, type Headers } from '@forebay/cache-tiers/http';
import { fieldName } from './field-name.js';
import { lastingHeaders, type Presentation } from '../presentation.js';
import type { StoredMeta } from '../upstream/stored-meta.js';

/**
 * What is derived from a memory entry once and hung on it: its lasting header fields as a record and as text, and the
 * header block of the current second (only `Age`, the `ttl` and the request id change from one hit to the next).
 */
export class PreparedHit {
  readonly lasting: Headers;
  /** Values of the request fields that the response varies by, or undefined. */
  readonly vary: StoredMeta['vary'];
  readonly status: number;
  readonly #entry: MemoryEntry<StoredMeta>;
  readonly #start: string;
  #second = -1;
  #block = '';

  constructor(entry: MemoryEntry<StoredMeta>, presentation: Presentation) {
    const stored = entry.head.metadata;
    this.#entry = entry;
    this.status = stored.status;
    this.vary = stored.vary;
    this.lasting = lastingHeaders(stored, entry.bytes, presentation);
    this.#start = `HTTP/1.1 ${stored.status} ${STATUS_CODES[stored.status] ?? ''}\r\n${lines({ ...this.lasting, 'content-length': String(entry.bytes.length) })}X-Cache: HIT\r\n`;
  }

  /** The header block for a hit at `now` (ms since the epoch). */
  block(now: number, requestId: string): string {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      const { head } = this.#entry;
      const ttl = Math.floor((head.freshUntil - now) / 1000);
      this.#block = `${this.#start}Age: ${currentAgeSeconds(head.metadata, now)}\r\nCache-Status: ${cacheStatus({ hit: true, ttl, detail: 'memory' })}\r\nX-Request-Id: `;
    }
    return `${this.#block}${requestId}\r\n\r\n`;
  }
}

/** The prepared form of an entry, made on its first hit. */
export function preparedHit(entry: MemoryEntry<StoredMeta>, presentation: Presentation): PreparedHit {
  if (entry.prepared instanceof PreparedHit) return entry.prepared;
  const prepared = new PreparedHit(entry, presentation);
  entry.prepared = prepared;
  return prepared;
}

function lines(headers: Headers): string {
  let text = '';
  for (const [name, value] of Object.entries(headers)) {
    const shown = fieldName(name);
    for (const each of typeof value === 'string' ? [value] : value) text += `${shown}: ${each}\r\n`;
  }
  return text;
}
