import type { Dispatcher } from 'undici';
import type { Connection } from './connection.js';
import { asError, RelayError } from './errors.js';
import { FramedBody } from './framed-body.js';
import { framingOf, keptFor, staysOpen } from './framing.js';
import { isLent } from './lent.js';
import { parseResponseHead, type ResponseHead } from './response-head.js';

export interface ExchangeOptions {
  readonly method: string;
  /** ms until the head is there; 0: none. */
  readonly headersTimeout: number;
  /** ms without a byte amid the body; 0: none. */
  readonly bodyTimeout: number;
  readonly maxHeadBytes: number;
  /** The handler takes chunks on loan. */
  readonly lend: boolean;
}

interface Piece {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
}

/** Informational answers before the one that counts; more are no use to anybody. */
const MAX_INFORMATIONAL = 32;
const HEAD_END = Buffer.from('\r\n\r\n');

/** One request and its answer: undici's controller for the handler, the parser for the connection. */
export class RelayExchange implements Dispatcher.DispatchController {
  readonly rawHeaders: null = null;
  readonly rawTrailers: null = null;
  readonly #options: ExchangeOptions;
  readonly #handler: Dispatcher.DispatchHandler;
  #connection: Connection | undefined;
  /** `lent`: complete, but the handler still uses the memory that it lies in. */
  #state: 'waiting' | 'head' | 'body' | 'lent' | 'done' = 'waiting';
  /** The beginning of a head that goes on in the next read. */
  #early: Buffer | undefined;
  #informational = 0;
  #head: ResponseHead | undefined;
  #body: FramedBody | undefined;
  /** What comes behind the end of an answer belongs to no request. */
  #excess = false;
  #paused = false;
  /** The handler has had a chunk on loan since it last resumed. */
  #lent = false;
  #reason: Error | null = null;
  /** What was read while the handler had paused. */
  readonly #held: Piece[] = [];
  #parsing = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ExchangeOptions, handler: Dispatcher.DispatchHandler) {
    this.#options = options;
    this.#handler = handler;
  }

  get aborted(): boolean {
    return this.#reason !== null;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Whether the memory that was read into must stay as it is. */
  get usesMemory(): boolean {
    return this.#parsing || this.#held.length > 0 || (this.#paused && this.#state !== 'done');
  }

  /** Sends it on a connection; returns false if it is not wanted any more. */
  begin(connection: Connection, head: string): boolean {
    try {
      this.#handler.onRequestStart?.(this, {});
    } catch (error) {
      this.fail(asError(error));
    }
    if (this.#over) return false;
    this.#connection = connection;
    this.#state = 'head';
    this.#await(this.#options.headersTimeout, 'UND_ERR_HEADERS_TIMEOUT', 'No answer in time');
    connection.send(this, head);
    return true;
  }

  pause(): void {
    this.#paused = true;
    if (this.#over) return;
    // The client is slow, not the origin.
    if (this.#state === 'body') this.#settleTimer();
    if (!this.#parsing) this.#connection?.socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#lent = false;
    if (this.#state === 'lent') return this.#release();
    if (this.#over || this.#parsing) return;
    for (let piece = this.#held.shift(); piece !== undefined; piece = this.#held.shift()) {
      if (!this.#parse(piece)) return;
    }
    if (this.#over) return;
    if (this.#ended) return this.#onClosed();
    if (this.#state === 'body') this.#awaitBody();
    this.#connection?.socket.resume();
  }

  abort(reason: Error): void {
    this.#reason ??= reason;
    if (this.#state === 'lent') this.#release();
    else this.fail(reason);
  }

  /** Bytes of the answer. Returns false to pause the connection. */
  onBytes(bytes: Buffer, length: number): boolean {
    if (this.#over) {
      this.#excess = true;
      return false;
    }
    if (this.#state === 'body') this.#timer?.refresh();
    const piece = { bytes, from: 0, to: length };
    if (!this.#paused) return this.#parse(piece);
    this.#held.push(piece);
    return false;
  }

  /** The origin sends no more. */
  onEnd(): void {
    this.#ended = true;
    if (this.#held.length === 0 && !this.#over) this.#onClosed();
  }

  /** Ends it with an error; the connection is of no more use. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#state = 'done';
    this.#held.length = 0;
    this.#settleTimer();
    this.#connection?.finished(this, false, undefined);
    this.#handler.onResponseError?.(this, error);
  }

  get #over(): boolean {
    return this.#state === 'done' || this.#state === 'lent';
  }

  /** Returns whether the connection is to read on. */
  #parse({ bytes, from, to }: Piece): boolean {
    this.#parsing = true;
    let at = from;
    try {
      while (at < to && !this.#paused && !this.#over) {
        at = this.#body === undefined ? this.#takeHead(bytes, at, to) : this.#takeBody(this.#body, bytes, at, to);
      }
    } catch (error) {
      this.fail(asError(error));
    }
    this.#parsing = false;
    if (this.#over) return this.#state === 'done';
    if (at < to) this.#held.unshift({ bytes, from: at, to });
    return !this.#paused;
  }

  #takeHead(piece: Buffer, from: number, to: number): number {
    const before = this.#early;
    const known = before?.length ?? 0;
    const present = piece.subarray(from, to);
    const bytes = before === undefined ? present : Buffer.concat([before, present]);
    const end = bytes.indexOf(HEAD_END, Math.max(0, known - 3));
    const { maxHeadBytes } = this.#options;
    if ((end < 0 ? bytes.length : end) > maxHeadBytes)
      throw new RelayError('UND_ERR_HEADERS_OVERFLOW', `The head has more than ${maxHeadBytes} bytes`);
    if (end < 0) {
      this.#early = before === undefined ? Buffer.from(bytes) : bytes;
      return to;
    }
    this.#early = undefined;
    const next = from + end + HEAD_END.length - known;
    this.#excess = next < to;
    this.#onHead(parseResponseHead(bytes.toString('latin1', 0, end)));
    return next;
  }

  #onHead(head: ResponseHead): void {
    const { status, headers, reason } = head;
    if (status === 101) throw new RelayError('HPE_UNEXPECTED_RESPONSE', 'The origin switched protocols unasked');
    if (status < 200) {
      this.#informational += 1;
      if (this.#informational > MAX_INFORMATIONAL)
        throw new RelayError('HPE_UNEXPECTED_RESPONSE', 'The origin sends informational answers without end');
      this.#handler.onResponseStart?.(this, status, headers, reason);
      return;
    }
    const body = new FramedBody(framingOf(this.#options.method, head));
    this.#body = body;
    this.#head = head;
    this.#state = 'body';
    this.#settleTimer();
    this.#handler.onResponseStart?.(this, status, headers, reason);
    if (this.#over) return;
    if (body.done) this.#complete();
    else if (!this.#paused) this.#awaitBody();
  }

  #takeBody(body: FramedBody, piece: Buffer, from: number, to: number): number {
    const { next, data } = body.step(piece, from, to);
    this.#excess = next < to;
    if (data >= 0) this.#give(piece, data, next);
    if (body.done && !this.#over) this.#complete();
    return next;
  }

  #give(piece: Buffer, from: number, to: number): void {
    const slice = piece.subarray(from, to);
    const lent = isLent(slice);
    this.#lent = lent && this.#options.lend;
    this.#handler.onResponseData?.(this, lent && !this.#options.lend ? Buffer.from(slice) : slice);
  }

  #onClosed(): void {
    if (this.#state === 'body' && this.#body?.untilClose === true) this.#complete();
    else this.fail(new RelayError('UND_ERR_SOCKET', 'The origin closed the connection amid its answer'));
  }

  #complete(): void {
    this.#settleTimer();
    this.#excess ||= this.#held.length > 0;
    this.#held.length = 0;
    // A handler that has paused may still be using the memory that the next answer would be read into.
    if (this.#lent && this.#paused) this.#state = 'lent';
    else this.#release();
    this.#handler.onResponseEnd?.(this, this.#body?.trailers ?? {});
  }

  #release(): void {
    this.#state = 'done';
    const head = this.#head;
    const ended = head === undefined || this.#body?.untilClose === true || this.#ended || this.#excess;
    this.#connection?.finished(this, !ended && staysOpen(head), keptFor(head?.headers ?? {}));
  }

  #awaitBody(): void {
    this.#await(this.#options.bodyTimeout, 'UND_ERR_BODY_TIMEOUT', 'No more of the body in time');
  }

  #await(ms: number, code: 'UND_ERR_HEADERS_TIMEOUT' | 'UND_ERR_BODY_TIMEOUT', message: string): void {
    this.#settleTimer();
    if (ms > 0) this.#timer = setTimeout(() => this.fail(new RelayError(code, message)), ms);
  }

  #settleTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
