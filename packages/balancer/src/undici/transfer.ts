import type { Head } from './attempt-owner.js';
import type { RequestHeaders } from './request-headers.js';

interface ContentRange {
  readonly first: number;
  readonly last: number;
  /** Undefined for `*`. */
  readonly total: number | undefined;
}

function contentRange(value: string | undefined): ContentRange | undefined {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(value ?? '') ?? [];
  if (first === undefined) return undefined;
  return { first: Number(first), last: Number(last), total: total === '*' ? undefined : Number(total) };
}

function contentLength(head: Head): number | undefined {
  const value = head.headers['content-length'];
  return value === undefined ? undefined : Number(value);
}

/** A date is a strong validator if the answer was made at least a second later (RFC 9110 § 8.8.2.2). */
function strongDate({ headers }: Head): string | undefined {
  const modified = headers['last-modified'];
  if (modified === undefined || headers.date === undefined) return undefined;
  return Date.parse(headers.date) - Date.parse(modified) >= 1000 ? modified : undefined;
}

/**
 * How far a body has come, and whether it may go on in another answer: only where a validator proves that both are the
 * same bytes (RFC 9110 § 13.1.5 and § 14.2).
 */
export class Transfer {
  readonly #method: string;
  readonly #head: Head;
  readonly #range: ContentRange | undefined;
  readonly #length: number | undefined;
  /** Bytes that an answer of this length must have; undefined if it does not say. */
  readonly expected: number | undefined;
  /** Bytes handed on. */
  received = 0;

  constructor(method: string, head: Head) {
    const bodiless = method === 'HEAD' || head.statusCode === 204 || head.statusCode === 304;
    this.#method = method;
    this.#head = head;
    this.#range = head.statusCode === 206 ? contentRange(head.headers['content-range']) : undefined;
    this.#length = bodiless ? undefined : contentLength(head);
    this.expected = this.#length;
  }

  get resumable(): boolean {
    const { statusCode } = this.#head;
    const known = this.#method === 'GET' && (statusCode === 200 || this.#range !== undefined);
    return known && (this.#etag !== undefined || this.#date !== undefined);
  }

  /** Whether another origin may go on with it: entity tags are compared across origins, dates are not. */
  get portable(): boolean {
    return this.#etag !== undefined;
  }

  /** What asks for the rest. Other conditions would have the answer be about something else. */
  get headers(): RequestHeaders {
    const last = this.#head.statusCode === 206 ? this.#last : undefined;
    return {
      range: `bytes=${this.#next}-${last ?? ''}`,
      'if-range': this.#etag ?? this.#date ?? '',
    };
  }

  /** How many bytes of this answer have been handed on already, if it goes on exactly where the body broke off. */
  skipFor(head: Head): number | undefined {
    const { headers } = head;
    if ((headers['content-encoding'] ?? '') !== (this.#head.headers['content-encoding'] ?? '')) return undefined;
    if (headers.etag !== this.#etag) return undefined;
    if (this.#date !== undefined && (headers['last-modified'] ?? this.#date) !== this.#date) return undefined;
    if (head.statusCode === 206) return this.#continues(contentRange(headers['content-range'])) ? 0 : undefined;
    // The whole once more: only a tag proves that it is the same.
    const whole = head.statusCode === 200 && this.#head.statusCode === 200 && this.portable;
    return whole && (contentLength(head) ?? this.#total) === this.#total ? this.received : undefined;
  }

  /** A strong entity tag. */
  get #etag(): string | undefined {
    const { etag }: Record<string, unknown> = this.#head.headers;
    // An origin that sends two of them says nothing by either.
    return typeof etag === 'string' && etag.startsWith('"') ? etag : undefined;
  }

  get #date(): string | undefined {
    return this.#head.headers.etag === undefined ? strongDate(this.#head) : undefined;
  }

  get #total(): number | undefined {
    return this.#range === undefined ? this.#length : this.#range.total;
  }

  get #last(): number | undefined {
    return this.#range?.last ?? (this.#length === undefined ? undefined : this.#length - 1);
  }

  get #next(): number {
    return (this.#range?.first ?? 0) + this.received;
  }

  #continues(range: ContentRange | undefined): boolean {
    if (range === undefined || range.first !== this.#next) return false;
    if (this.#total !== undefined && range.total !== undefined && range.total !== this.#total) return false;
    const last = this.#last ?? (range.total === undefined ? undefined : range.total - 1);
    return last !== undefined && range.last === last;
  }
}
