import type { OnReadOpts, Socket } from 'node:net';
import { lendingBuffer } from './lent.js';

/** All that a connection buffers of its own, in bytes. */
const BUFFER_BYTES = 192 * 1024;
/** Bytes that one read takes at most; the rest is for what a TLS socket still brings after it was paused. */
const READ_BYTES = 128 * 1024;

/** Hears of bytes as they come; `false` pauses the socket. The memory is used again once it is not lent any more. */
export type OnBytes = (piece: Buffer, bytes: number) => boolean;

/**
 * The memory that a connection reads into, over and over: `options` go into `net.connect` or `tls.connect`, which then
 * make neither a buffer nor an event for each read.
 */
export class ReadBuffer {
  readonly options: OnReadOpts;
  onBytes: OnBytes = () => true;
  /** Whether somebody still uses what was read. */
  isInUse: () => boolean = () => false;
  readonly #buffer = lendingBuffer(BUFFER_BYTES);
  readonly #first = this.#buffer.subarray(0, READ_BYTES);
  #used = 0;

  constructor() {
    this.options = {
      buffer: () => this.#next(),
      callback: (bytes, piece) => {
        this.#used += bytes;
        return this.onBytes(piece as Buffer, bytes);
      },
    };
  }

  /**
   * A connector of somebody else's may have made the socket without these options: then it reads as any stream does.
   * Sockets that use the buffer never emit `data`.
   */
  adopt(socket: Socket): void {
    socket.on('data', (piece: Buffer) => {
      if (!this.onBytes(piece, piece.length)) socket.pause();
    });
  }

  /** A paused TLS socket goes on with what it has received already, which must not overwrite what is lent. */
  #next(): Buffer {
    if (!this.isInUse()) {
      this.#used = 0;
      return this.#first;
    }
    if (this.#used < BUFFER_BYTES) return this.#buffer.subarray(this.#used);
    return lendingBuffer(READ_BYTES / 2);
  }
}
