import { Readable } from 'node:stream';
import type { BodySink, PushSource } from '@forebay/cache-tiers';
import type { HeaderRecord } from '@forebay/cache-tiers/http';
import type { Dispatcher } from 'undici';
import type { ProxyRequest } from '../answer.js';

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
    dispatcher.dispatch(
      {
        origin: ANY_ORIGIN,
        path: request.path,
        method: request.method,
        headers: request.headers as Record<string, string | string[]>,
        ...(request.body === undefined ? {} : { body: bodyOf(request.body), ...UPLOAD_LIMITS }),
      },
      handler,
    );
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
  readonly #early: Buffer[] = [];
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
    // A chunk or two may come although the controller was asked to pause.
    if (this.#sink === undefined) this.#early.push(chunk);
    else if (!this.#sink.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#settle();
    this.#ended = true;
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
    for (const chunk of this.#early.splice(0)) sink.write(chunk);
    if (this.#error) sink.fail(this.#error);
    else if (this.#ended) sink.end();
    else {
      sink.onDrain = () => this.#controller?.resume();
      this.#controller?.resume();
    }
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
