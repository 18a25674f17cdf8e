import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { BorrowingSink } from '../upstream/exchange.js';
import type { Relay } from '../upstream/relay.js';
import { reset } from './pump.js';

/** A client must take so much within the time limit. */
const PIECE_BYTES = 64 * 1024;

/** Whether chunks can be written to the connection itself: it is HTTP/1, and its turn has come (pipelining). */
export const takesDirectly = (response: ServerResponse): boolean =>
  response.socket instanceof Socket && !('stream' in response);

/**
 * Pours a body into the connection of a response whose head was given to `writeHead`: chunks go from the memory that they
 * were received in to the socket, past `response.write`, which would put each off to the next tick and so keep it.
 * Resolves to the bytes written; never rejects. A body that breaks resets the connection, for ending it would tell the
 * client that it has everything; so does a client that takes less than 64 KB in `sendTimeout` ms.
 */
export function pour(
  body: Relay,
  response: ServerResponse,
  sendTimeout: number,
  onBytes?: (bytes: number) => void,
): Promise<{ readonly bytes: number; readonly error?: unknown }> {
  return new Promise((resolve) => {
    const { socket } = response;
    if (socket === null) {
      body.cancel();
      resolve({ bytes: 0 });
      return;
    }
    const onDone = (bytes: number, error: unknown): void => {
      response.off('close', onClose);
      if (error !== undefined) body.cancel();
      resolve(error === undefined ? { bytes } : { bytes, error });
    };
    const sink = new Spout({ response, socket, sendTimeout, onBytes, onDone });
    const onClose = (): void => {
      body.cancel();
      sink.close();
    };
    response.on('close', onClose);
    body.pourInto(sink);
    sink.flushHead();
  });
}

interface SpoutOptions {
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly sendTimeout: number;
  readonly onBytes: ((bytes: number) => void) | undefined;
  readonly onDone: (bytes: number, error: unknown) => void;
}

/** The end of the pipe that is the client's connection. */
class Spout implements BorrowingSink {
  readonly borrows: true = true;
  onDrain: (() => void) | undefined;
  readonly #options: SpoutOptions;
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  #bytes = 0;
  #done = false;
  #blocked = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SpoutOptions) {
    this.#options = options;
    this.#response = options.response;
    this.#socket = options.socket;
  }

  /** The head goes with the first bytes; where these are late, it goes alone. */
  flushHead(): void {
    if (!this.#done && this.#bytes === 0) this.#response.flushHeaders();
  }

  write(chunk: Uint8Array): boolean {
    if (this.#done || chunk.length === 0) return true;
    const socket = this.#socket;
    const first = this.#bytes === 0;
    const { chunkedEncoding } = this.#response;
    this.#bytes += chunk.length;
    this.#options.onBytes?.(chunk.length);
    if (first || chunkedEncoding) socket.cork();
    if (first) this.#response.flushHeaders();
    if (chunkedEncoding) {
      socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
      socket.write(chunk);
      socket.write('\r\n', 'latin1', this.#onWritten);
    } else socket.write(chunk, this.#onWritten);
    if (first || chunkedEncoding) socket.uncork();
    // Nothing waits: the kernel has it all.
    if (socket.writableLength === 0) return true;
    this.#blocked = true;
    this.#await(chunk.length);
    return false;
  }

  end(): void {
    if (this.#done) return;
    this.#response.end();
    this.#finish(undefined);
  }

  fail(error: unknown): void {
    if (this.#done) return;
    reset(this.#response);
    this.#finish(error);
  }

  /** The client has gone. */
  close(): void {
    if (!this.#done) this.#finish(undefined);
  }

  readonly #onWritten = (): void => {
    if (!this.#blocked || (this.#socket.writableLength > 0 && !this.#socket.destroyed)) return;
    this.#blocked = false;
    clearTimeout(this.#timer);
    // Also once all is over: the memory is given back then.
    this.onDrain?.();
  };

  #await(length: number): void {
    const patience = this.#options.sendTimeout * Math.max(1, length / PIECE_BYTES);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      reset(this.#response);
      this.#finish(new Error(`the client took too little for ${patience} ms`));
    }, patience);
    this.#timer.unref();
  }

  #finish(error: unknown): void {
    this.#done = true;
    // What the last write left is for the server's own time limits to watch.
    if (error !== undefined || this.#socket.destroyed) clearTimeout(this.#timer);
    this.#options.onDone(this.#bytes, error);
  }
}
