import type { HeaderRecord } from '@forebay/cache-tiers/http';
import type { Dispatcher } from 'undici';

/** An answer whose body was wanted, whole, or not. */
export interface Collected {
  readonly status: number;
  readonly headers: HeaderRecord;
  /** As it came, still encoded; undefined: it was not wanted. */
  readonly body: Buffer | undefined;
}

export interface CollectOptions {
  /** Most bytes of a body. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  /** Whether the body is wanted, by the head and the first bytes. */
  readonly wants: (status: number, headers: HeaderRecord, first: Buffer | undefined) => boolean;
}

/** The body is longer than what is taken. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
  readonly code = 'FOREBAY_BAD_RESPONSE';
}

/** Reads one answer into memory. `send` dispatches the request with the handler that it is given. */
export function collect(
  send: (handler: Dispatcher.DispatchHandler) => void,
  options: CollectOptions,
): Promise<Collected> {
  return new Promise((resolve, reject) => {
    const { signal } = options;
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    send(new Collector(options, resolve, reject));
  });
}

class Collector implements Dispatcher.DispatchHandler {
  readonly #options: CollectOptions;
  readonly #resolve: (collected: Collected) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  readonly #onAbort = (): void => this.#giveUp(this.#options.signal.reason as Error);
  #controller: Dispatcher.DispatchController | undefined;
  #head: { readonly status: number; readonly headers: HeaderRecord } | undefined;
  #bytes = 0;
  #judged = false;
  #done = false;

  constructor(options: CollectOptions, resolve: (collected: Collected) => void, reject: (error: Error) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#done) controller.abort(new Error('given up'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HeaderRecord): void {
    // Hints (1xx) are about what a page needs.
    if (status >= 200) this.#head = { status, headers };
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done || !this.#wanted(chunk)) return;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#options.maxBytes) {
      this.#giveUp(new TooLarge(`the document is longer than ${this.#options.maxBytes} bytes`));
      return;
    }
    // The transport may use the memory again.
    this.#chunks.push(Buffer.from(chunk));
  }

  onResponseEnd(): void {
    if (this.#done || !this.#head || !this.#wanted(undefined)) return;
    this.#settle();
    this.#resolve({ ...this.#head, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#done) return;
    this.#settle();
    this.#reject(error);
  }

  #wanted(first: Buffer | undefined): boolean {
    if (this.#judged || !this.#head) return true;
    this.#judged = true;
    const { status, headers } = this.#head;
    if (this.#options.wants(status, headers, first)) return true;
    this.#settle();
    this.#resolve({ status, headers, body: undefined });
    this.#controller?.abort(new Error('not a document'));
    return false;
  }

  #giveUp(error: Error): void {
    if (this.#done) return;
    this.#settle();
    this.#reject(error);
    this.#controller?.abort(error);
  }

  #settle(): void {
    this.#done = true;
    this.#options.signal.removeEventListener('abort', this.#onAbort);
  }
}
