import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** What an exchange reports to; each method is called in HTTP's order, and nothing after `cancel` or `drain`. */
export interface ExchangeSink {
  /** An informational answer, before the one that counts. */
  informed(statusCode: number, headers: IncomingHttpHeaders, statusMessage: string): void;
  head(statusCode: number, headers: IncomingHttpHeaders, statusMessage: string): void;
  data(chunk: Buffer): void;
  ended(trailers: IncomingHttpHeaders): void;
  broke(error: Error): void;
}

/** Bodies that are thrown away are read up to here, so that the connection can be used again. */
const maxDrain = 16_384;

/** One request on one connection: undici's handler, made so that it can be let go of at any time, even before it begins. */
export class Exchange implements Dispatcher.DispatchHandler {
  #sink: ExchangeSink | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #reason: Error | undefined;
  #drained = 0;
  #drainTimer: NodeJS.Timeout | undefined;
  readonly #onSettled: (exchange: Exchange) => void;

  /** @param onSettled hears when its connection is done with it, however it ended */
  constructor(sink: ExchangeSink, onSettled: (exchange: Exchange) => void) {
    this.#sink = sink;
    this.#onSettled = onSettled;
  }

  get controller(): Dispatcher.DispatchController | undefined {
    return this.#controller;
  }

  /** Ends it at once and frees the connection. */
  cancel(reason: Error): void {
    this.#sink = undefined;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  /** Lets a short body run out unseen, which keeps the connection; ends it otherwise. */
  drain(headers: IncomingHttpHeaders, reason: Error): void {
    if (Number(headers['content-length'] ?? 0) > maxDrain) return this.cancel(reason);
    this.#sink = undefined;
    this.#controller?.resume();
    this.#drainTimer = setTimeout(() => this.cancel(reason), 1000);
    this.#drainTimer.unref();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // An abort at this point would cost the connection, an error only the request.
    if (this.#reason !== undefined) throw this.#reason;
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
    statusMessage = '',
  ): void {
    if (statusCode >= 200) this.#sink?.head(statusCode, headers, statusMessage);
    else this.#sink?.informed(statusCode, headers, statusMessage);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#sink !== undefined) return this.#sink.data(chunk);
    this.#drained += chunk.length;
    if (this.#drained > maxDrain && !controller.aborted) controller.abort(new Error('Body not wanted'));
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#settle();
    this.#sink?.ended(trailers);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#settle();
    this.#sink?.broke(error);
  }

  #settle(): void {
    clearTimeout(this.#drainTimer);
    this.#onSettled(this);
  }
}
