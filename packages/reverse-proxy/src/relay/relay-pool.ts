import { maxHeaderSize } from 'node:http';
import { Dispatcher, errors, Pool } from 'undici';
import { Connection, type ConnectionOwner } from './connection.js';
import { Dialler } from './dial.js';
import { asError, RelayError } from './errors.js';
import { RelayExchange } from './relay-exchange.js';
import { requestHead } from './request-head.js';

/** A dispatch that may be given chunks on loan. */
export type RelayDispatchOptions = Dispatcher.DispatchOptions & {
  /**
   * Chunks may lie in memory that is read into again: each is the handler's until it returns or, if it has paused the
   * controller by then, until it resumes it.
   * @default false
   */
  readonly lend?: boolean;
};

type Headers = Record<string, string | string[]>;

const DEFAULT_CONNECT_TIMEOUT = 10_000;
const DEFAULT_KEEP_ALIVE = 4000;
const DEFAULT_HEADERS_TIMEOUT = 300_000;
const DEFAULT_BODY_TIMEOUT = 300_000;
const DEFAULT_IDLE_CONNECTIONS = 64;
/** An origin that closes an idle connection at the same moment as a request goes out costs a retry. */
const KEEP_ALIVE_MARGIN = 1000;

/**
 * Connections to one origin that carry bodies in reused memory rather than in streams: undici's `Pool` for `GET` and
 * `HEAD` over HTTP/1.1. What it is not made for goes through a `Pool` of undici's. It opens as many connections as there
 * are requests at once: limiting these is the caller's.
 */
export class RelayPool extends Dispatcher implements ConnectionOwner {
  readonly #origin: URL;
  readonly #options: Pool.Options;
  readonly #dialler: Dialler;
  readonly #connections = new Set<Connection>();
  /** The one used last at the end: it is the least likely to have been closed. */
  readonly #idle: Connection[] = [];
  #others: Pool | undefined;
  #dialling = 0;
  #closed = false;
  readonly #onQuiet: (() => void)[] = [];

  constructor(origin: string, options: Pool.Options = {}) {
    super();
    this.#origin = new URL(origin);
    this.#options = options;
    this.#dialler = new Dialler(this.#origin, {
      connect: options.connect,
      connectTimeout: options.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT,
    });
  }

  /** Connections that are open. */
  get stats(): { readonly connected: number } {
    return { connected: this.#connections.size + (this.#others?.stats.connected ?? 0) };
  }

  override dispatch(options: RelayDispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const headers = options.headers ?? {};
    if (!suits(options, handler) || !isRecord(headers)) return this.#undici().dispatch(options, handler);
    const exchange = new RelayExchange(
      {
        method: options.method,
        headersTimeout: options.headersTimeout ?? DEFAULT_HEADERS_TIMEOUT,
        bodyTimeout: options.bodyTimeout ?? DEFAULT_BODY_TIMEOUT,
        maxHeadBytes: maxHeaderSize,
        lend: options.lend ?? false,
      },
      handler,
    );
    if (this.#closed) exchange.fail(new errors.ClientClosedError());
    else this.#send(exchange, { method: options.method, path: options.path, headers });
    return true;
  }

  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | void {
    const closed = this.#close();
    if (callback === undefined) return closed;
    void closed.finally(callback);
  }

  override destroy(error?: Error | null): Promise<void>;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(given?: Error | null | (() => void), callback?: () => void): Promise<void> | void {
    const error = typeof given === 'function' ? null : (given ?? null);
    const done = typeof given === 'function' ? given : callback;
    this.#closed = true;
    for (const connection of this.#connections) connection.destroy();
    const destroyed = this.#others?.destroy(error) ?? Promise.resolve();
    if (done === undefined) return destroyed;
    void destroyed.finally(done);
  }

  free(connection: Connection, keptFor: number | undefined): void {
    const { keepAliveTimeout = DEFAULT_KEEP_ALIVE, connections } = this.#options;
    const idleMs = Math.min(keepAliveTimeout, (keptFor ?? Infinity) - KEEP_ALIVE_MARGIN);
    if (this.#closed || idleMs <= 0 || this.#idle.length >= (connections ?? DEFAULT_IDLE_CONNECTIONS)) {
      return connection.destroy();
    }
    this.#idle.push(connection);
    connection.rest(idleMs);
  }

  gone(connection: Connection): void {
    this.#connections.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#quiet();
  }

  #send(exchange: RelayExchange, request: Parameters<typeof requestHead>[1]): void {
    let head: string;
    try {
      head = requestHead(this.#origin.host, request);
    } catch (error) {
      return exchange.fail(asError(error));
    }
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.usable) return this.#begin(exchange, connection, head);
    }
    this.#dialling += 1;
    this.#dialler.dial((error, dialled) => {
      this.#dialling -= 1;
      if (dialled === undefined) exchange.fail(error ?? new RelayError('UND_ERR_SOCKET', 'No connection'));
      else {
        const connection = new Connection(dialled, this);
        this.#connections.add(connection);
        if (this.#closed) connection.destroy();
        else this.#begin(exchange, connection, head);
      }
      this.#quiet();
    });
  }

  #begin(exchange: RelayExchange, connection: Connection, head: string): void {
    if (!exchange.begin(connection, head)) this.free(connection, undefined);
  }

  #undici(): Pool {
    this.#others ??= new Pool(this.#origin.origin, this.#options);
    return this.#others;
  }

  async #close(): Promise<void> {
    this.#closed = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
    if (this.#connections.size + this.#dialling > 0) await new Promise<void>((quiet) => this.#onQuiet.push(quiet));
    await this.#others?.close();
  }

  #quiet(): void {
    if (this.#connections.size + this.#dialling === 0) for (const quiet of this.#onQuiet.splice(0)) quiet();
  }
}

/** Whether a dispatch is one of those that this transport is made for. */
function suits(
  { method, body, query, upgrade, reset }: RelayDispatchOptions,
  handler: Dispatcher.DispatchHandler,
): boolean {
  return (
    (method === 'GET' || method === 'HEAD') &&
    (body ?? null) === null &&
    query === undefined &&
    (upgrade ?? false) === false &&
    reset !== true &&
    // Handlers of the API before undici 7 are undici's to serve.
    handler.onRequestStart !== undefined
  );
}

function isRecord(headers: NonNullable<Dispatcher.DispatchOptions['headers']>): headers is Headers {
  // Another name than that of the origin concerns TLS, too.
  return !Array.isArray(headers) && !(Symbol.iterator in headers) && !('host' in headers);
}
