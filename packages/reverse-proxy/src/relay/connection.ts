import type { Socket } from 'node:net';
import type { Dialled } from './dial.js';
import { RelayError } from './errors.js';
import type { RelayExchange } from './relay-exchange.js';

/** What a connection tells the pool that it belongs to. */
export interface ConnectionOwner {
  /** It can take another request, for so many ms at most if the origin said so. */
  free(connection: Connection, keptFor: number | undefined): void;
  /** It is closed. */
  gone(connection: Connection): void;
}

/** One connection to an origin, with at most one request on its way. */
export class Connection {
  readonly socket: Socket;
  readonly #owner: ConnectionOwner;
  #exchange: RelayExchange | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor({ socket, reads }: Dialled, owner: ConnectionOwner) {
    this.socket = socket;
    this.#owner = owner;
    reads.onBytes = (piece, bytes) => this.#onBytes(piece, bytes);
    reads.isInUse = () => this.#exchange?.usesMemory ?? false;
    reads.adopt(socket);
    socket.on('error', (error) => {
      reads.flush();
      this.#onGone(error);
    });
    socket.on('end', () => {
      reads.flush();
      this.#onEnd();
    });
    socket.on('close', () => {
      this.#onGone(new RelayError('UND_ERR_SOCKET', 'The connection was closed'));
      owner.gone(this);
    });
  }

  get usable(): boolean {
    return !this.socket.destroyed && this.socket.readable && this.socket.writable;
  }

  /** Sends a request; its answer goes to the exchange. */
  send(exchange: RelayExchange, head: string): void {
    clearTimeout(this.#idleTimer);
    this.#exchange = exchange;
    this.socket.ref();
    this.socket.write(head, 'latin1');
    this.socket.resume();
  }

  /** Keeps it for so long without a request. */
  rest(idleMs: number): void {
    this.socket.unref();
    this.#idleTimer = setTimeout(() => this.destroy(), idleMs);
    this.#idleTimer.unref();
  }

  /** The answer is over, and nobody uses the memory that it was read into. */
  finished(exchange: RelayExchange, reusable: boolean, keptFor: number | undefined): void {
    if (this.#exchange !== exchange) return;
    this.#exchange = undefined;
    if (!reusable || !this.usable) return this.destroy();
    // Reads on: what comes now, an end or bytes that nobody asked for, ends it.
    this.socket.resume();
    this.#owner.free(this, keptFor);
  }

  destroy(): void {
    clearTimeout(this.#idleTimer);
    this.socket.destroy();
  }

  #onBytes(piece: Buffer, bytes: number): boolean {
    if (this.#exchange !== undefined) return this.#exchange.onBytes(piece, bytes);
    // An answer to no request: whatever comes next on this connection could be taken for another's.
    this.destroy();
    return false;
  }

  /** Half-open connections are of no use to requests that have no bodies. */
  #onEnd(): void {
    const exchange = this.#exchange;
    exchange?.onEnd();
    if (exchange?.usesMemory !== true) this.destroy();
  }

  #onGone(error: Error): void {
    clearTimeout(this.#idleTimer);
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.fail(error);
  }
}
