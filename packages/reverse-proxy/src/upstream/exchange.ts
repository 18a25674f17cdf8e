import { Readable } from 'node:stream';
import type { UpstreamDispatchOptions } from '@forebay/balancer/undici';
import type { BodySink, PushSource } from '@forebay/cache-tiers';
import type { HeaderRecord } from '@forebay/cache-tiers/http';
import type { Dispatcher } from 'undici';
import type { ProxyRequest } from '../answer.js';
import { owned } from '../relay/lent.js';

/**
 * A sink that takes chunks on loan: what it has not written out when `write` returns, it says so by returning false, and
 * calls `onDrain` when it has, even if the body has ended by then.
 */
export interface BorrowingSink extends BodySink {
  readonly borrows: true;
}

/** A response that has begun; its bytes come when the source is started. */
export interface UpstreamResponse {
  readonly status: number;
  readonly headers: HeaderRecord;
  readonly requestTime: number;
  readonly responseTime: number;
  readonly body: PushSource;
  /** Gives the response up: its body will not be read. */
  discard(): void;
}

export interface ExchangeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: HeaderRecord;
  readonly body?: AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal;
  /** Hears of informational answers that come before the one that counts. */
  readonly inform?: ProxyRequest['inform'];
  /** Bytes after which a body is refused. */
  readonly maxBodyBytes: number;
}

// The dispatcher chooses the origin; undici wants one named all the same.
const ANY_ORIGIN = 'http://upstream.invalid';

// The time that a body takes to go up is the client's: the limits of an answer would run out while it is still sending.
const UPLOAD_TIMEOUT = 300_000;
const UPLOAD_LIMITS = { headersTimeout: UPLOAD_TIMEOUT, deadline: UPLOAD_TIMEOUT };

/**
 * One request to the upstreams as a promise of its head. No stream object between the socket and the sink: chunks go
 * on as they come, and a sink that is full pauses the socket.
 */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) {
      reject(request.signal.reason as Error);
      return;
    }
    const handler = new ExchangeHandler(request, resolve, reject);
    const options: UpstreamDispatchOptions = {
      origin: ANY_ORIGIN,
      path: request.path,
      method: request.method,
      headers: request.headers as Record<string, string | string[]>,
      lend: true,
      ...(request.body === undefined ? {} : { body: bodyOf(request.body), ...UPLOAD_LIMITS }),
    };
    dispatcher.dispatch(options, handler);
  });
}

/** A client may leave just after undici has lost interest in the body; its error is then nobody's, and would end the process. */
function bodyOf(chunks: AsyncIterable<Uint8Array>): Readable {
  return Readable.from(chunks).on('error', () => undefined);
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #request: ExchangeRequest;
  readonly #resolve: (response: UpstreamResponse) => void;
  readonly #reject: (error: Error) => void;
  readonly #requestTime = Date.now();
  readonly #onAbort: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  #sink: BodySink | undefined;
  #borrows = false;
  #early: Uint8Array[] = [];
  #received = 0;
  #ended = false;
  #error: Error | undefined;

  constructor(request: ExchangeRequest, resolve: (response: UpstreamResponse) => void, reject: (error: Error) => void) {
    this.#request = request;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onAbort = () => this.#abort(request.signal.reason as Error);
    request.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#request.signal.aborted) this.#onAbort();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: HeaderRecord): void {
    if (status < 200) {
      this.#request.inform?.(status, headers);
      return;
    }
    this.#controller = controller;
    controller.pause();
    this.#resolve({
      status,
      headers,
      requestTime: this.#requestTime,
      responseTime: Date.now(),
      body: { start: (sink) => this.#start(sink) },
      discard: () => this.#abort(new Error('the response was not wanted')),
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#received > this.#request.maxBodyBytes) {
      controller.abort(new Error(`the body is longer than ${this.#request.maxBodyBytes} bytes`));
      return;
    }
    // A chunk or two may come although the controller was asked to pause; until it is resumed, they stay what they are.
    if (this.#sink === undefined) this.#early.push(chunk);
    else if (!this.#give(this.#sink, chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#settle();
    this.#ended = true;
    // The memory goes back at once, unless a sink still writes out of it.
    if (this.#sink === undefined) this.#early = this.#early.map(owned);
    if (!this.#borrows) this.#controller?.resume();
    this.#sink?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle();
    this.#error = error;
    this.#reject(error);
    this.#sink?.fail(error);
  }

  #start(sink: BodySink): void {
    this.#sink = sink;
    this.#borrows = 'borrows' in sink;
    sink.onDrain = () => this.#controller?.resume();
    let ready = true;
    for (const chunk of this.#early.splice(0)) ready = this.#give(sink, chunk) && ready;
    if (this.#error) sink.fail(this.#error);
    else if (this.#ended) sink.end();
    else if (ready) this.#controller?.resume();
  }

  #give(sink: BodySink, chunk: Uint8Array): boolean {
    return sink.write(this.#borrows ? chunk : owned(chunk));
  }

  #abort(reason: Error): void {
    if (this.#ended || this.#error) return;
    if (this.#controller) this.#controller.abort(reason);
    else this.onResponseError(undefined as never, reason);
  }

  #settle(): void {
    this.#request.signal.removeEventListener('abort', this.#onAbort);
  }
}
