import type { OnReadOpts, Socket } from 'node:net';
import { lendingBuffer } from './lent.js';

/** Bytes that are read at most before they are passed on. */
const READ_BYTES = 128 * 1024;
/** For what a TLS socket still brings after it was paused. */
const MORE_BYTES = 64 * 1024;
/** What a TLS record holds at most. */
const RECORD_BYTES = 16 * 1024;

/** Hears of bytes as they come; `false` pauses the socket. The memory is used again once it is not lent any more. */
export type OnBytes = (piece: Buffer, bytes: number) => boolean;

/**
 * The memory that a connection reads into, over and over: `options` go into `net.connect` or `tls.connect`, which then
 * make neither a buffer nor an event for each read.
 */
export abstract class ReadBuffer {
  abstract readonly options: OnReadOpts;
  onBytes: OnBytes = () => true;
  /** Whether somebody still uses what was read. */
  isInUse: () => boolean = () => false;
  #socket: Socket | undefined;

  /**
   * A connector of somebody else's may have made the socket without these options: then it reads as any stream does.
   * Sockets that use the buffer never emit `data`.
   */
  adopt(socket: Socket): void {
    this.#socket = socket;
    socket.on('data', (piece: Buffer) => this.give(piece));
  }

  /** Passes on what has been read. */
  abstract flush(): void;

  protected give(piece: Buffer): void {
    if (!this.onBytes(piece, piece.length)) this.#socket?.pause();
  }
}

/** Of a TCP connection: it reads nothing while it is paused. */
export class PlainReadBuffer extends ReadBuffer {
  readonly options: OnReadOpts = {
    buffer: lendingBuffer(READ_BYTES),
    callback: (bytes, piece) => this.onBytes(piece as Buffer, bytes),
  };

  flush(): void {}
}

/**
 * Of a TLS connection, which brings its records one by one, and goes on with those that it has received when it is
 * paused. What comes in one turn of the event loop is passed on as one.
 */
export class TlsReadBuffer extends ReadBuffer {
  readonly options: OnReadOpts = {
    buffer: () => this.#next(),
    callback: (bytes, piece) => this.#onRead(piece as Buffer, bytes),
  };
  readonly #buffer: Buffer = lendingBuffer(READ_BYTES + MORE_BYTES);
  /** Where the next read goes. */
  #end = 0;
  /** Where the bytes begin that were not passed on yet. */
  #begin = 0;
  #scheduled: NodeJS.Immediate | undefined;

  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    if (this.#begin === this.#end) return;
    const gathered = this.#buffer.subarray(this.#begin, this.#end);
    this.#begin = this.#end;
    this.give(gathered);
  }

  #onRead(piece: Buffer, bytes: number): boolean {
    if (piece.buffer === this.#buffer.buffer) {
      this.#end += bytes;
      if (this.#end + RECORD_BYTES > READ_BYTES) this.flush();
      else this.#scheduled ??= setImmediate(() => this.flush());
      return true;
    }
    this.flush();
    return this.onBytes(piece, bytes);
  }

  /** Never where something lies that is lent or was not passed on. */
  #next(): Buffer {
    if (this.#begin === this.#end && !this.isInUse()) this.#begin = this.#end = 0;
    return this.#end < this.#buffer.length ? this.#buffer.subarray(this.#end) : lendingBuffer(MORE_BYTES);
  }
}
