import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

type Handler = Dispatcher.DispatchHandler;

/** A caller's handler with every method there. */
export interface CallerHandler {
  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void;
  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
    statusMessage: string,
  ): void;
  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void;
  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void;
  onResponseError(controller: Dispatcher.DispatchController, error: Error): void;
}

/** The header list as it came, or rebuilt where the connection (HTTP/2) has none. */
function rawHeaders(raw: Dispatcher.DispatchController['rawHeaders'], headers: IncomingHttpHeaders): Buffer[] {
  if (Array.isArray(raw) && raw.every((item) => typeof item !== 'string')) return raw;
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? ''].flat().flatMap((item) => [Buffer.from(name, 'latin1'), Buffer.from(item, 'latin1')]),
  );
}

/** undici's own `request`, `stream` and `fetch` still bring handlers of the API before version 7. */
class LegacyHandler implements CallerHandler {
  readonly #handler: Handler;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#handler.onConnect?.((error) =>
      controller.abort(error ?? new DOMException('This operation was aborted', 'AbortError')),
    );
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
    statusMessage: string,
  ): void {
    this.#handler.onResponseStarted?.();
    const raw = rawHeaders(controller.rawHeaders, headers);
    if (this.#handler.onHeaders?.(statusCode, raw, () => controller.resume(), statusMessage) === false)
      controller.pause();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#handler.onData?.(chunk) === false) controller.pause();
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#handler.onComplete?.(Object.entries(trailers).flatMap(([name, value]) => [name, String(value)]));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onError?.(error);
  }
}

/** A handler of the present API that leaves out what it does not care for. */
class PresentHandler implements CallerHandler {
  readonly #handler: Handler;

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
    statusMessage: string,
  ): void {
    this.#handler.onResponseStart?.(controller, statusCode, headers, statusMessage);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    this.#handler.onResponseEnd?.(controller, trailers);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    this.#handler.onResponseError?.(controller, error);
  }
}

const methods = [
  'onRequestStart',
  'onResponseStart',
  'onResponseData',
  'onResponseEnd',
  'onResponseError',
] as const satisfies (keyof CallerHandler)[];

function isComplete(handler: Handler): handler is Handler & CallerHandler {
  return methods.every((name) => typeof handler[name] === 'function');
}

export function callerHandler(handler: Handler): CallerHandler {
  if (isComplete(handler)) return handler;
  return handler.onRequestStart === undefined ? new LegacyHandler(handler) : new PresentHandler(handler);
}
