import { RelayError } from './errors.js';
import type { BodyStep } from './framed-body.js';
import { type Fields, parseFields } from './response-head.js';

const CR = 13;
const LF = 10;
/** A size with its extensions, or the trailers, in bytes. */
const MAX_LINE = 4096;
const MAX_TRAILERS = 16_384;
// 13 digits are what a number holds exactly.
const SIZE = /^([\da-fA-F]{1,13})[\t ]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/;

/** Takes the chunked coding off a body (RFC 9112 section 7.1), step by step and without copying data. */
export class ChunkedBody {
  #state: 'size' | 'data' | 'after-data' | 'trailers' | 'done' = 'size';
  #left = 0;
  /** The beginning of a line that goes on in the next piece. */
  #line = '';
  #trailerBytes = 0;
  #trailerText = '';
  trailers: Fields = {};

  get done(): boolean {
    return this.#state === 'done';
  }

  /** @throws {RelayError} when the coding is not exactly right. */
  step(piece: Buffer, from: number, to: number): BodyStep {
    if (this.#state !== 'data') return { next: this.#readLine(piece, from, to), data: -1 };
    const next = Math.min(to, from + this.#left);
    this.#left -= next - from;
    if (this.#left === 0) this.#state = 'after-data';
    return { next, data: from };
  }

  #readLine(piece: Buffer, from: number, to: number): number {
    const found = piece.indexOf(LF, from);
    const end = found < 0 || found >= to ? to : found + 1;
    this.#line += piece.toString('latin1', from, end);
    if (this.#line.length > (this.#state === 'trailers' ? MAX_TRAILERS : MAX_LINE)) throw tooLong();
    if (!this.#line.endsWith('\n')) return end;
    if (this.#line.charCodeAt(this.#line.length - 2) !== CR) throw malformed();
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#take(line);
    return end;
  }

  #take(line: string): void {
    if (this.#state === 'after-data') {
      if (line !== '') throw malformed();
      this.#state = 'size';
    } else if (this.#state === 'size') {
      const size = SIZE.exec(line)?.[1];
      if (size === undefined) throw malformed();
      this.#left = Number.parseInt(size, 16);
      this.#state = this.#left === 0 ? 'trailers' : 'data';
    } else if (line === '') {
      this.trailers = parseFields(this.#trailerText, 0);
      this.#state = 'done';
    } else {
      this.#trailerBytes += line.length;
      if (this.#trailerBytes > MAX_TRAILERS) throw tooLong();
      this.#trailerText += `${line}\r\n`;
    }
  }
}

const malformed = (): RelayError => new RelayError('HPE_INVALID_CHUNK_SIZE', 'The chunked coding is malformed');
const tooLong = (): RelayError =>
  new RelayError('UND_ERR_HEADERS_OVERFLOW', 'A chunk extension or trailer is too long');
