import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { buildConnector } from 'undici';
import { RelayError } from './errors.js';
import { PlainReadBuffer, type ReadBuffer, TlsReadBuffer } from './read-buffer.js';

export interface DialOptions {
  readonly connect: buildConnector.connector | buildConnector.BuildOptions | undefined;
  /** ms, TLS handshake included. */
  readonly connectTimeout: number;
}

/** A connection that is there, and what it reads into. */
export interface Dialled {
  readonly socket: Socket;
  readonly reads: ReadBuffer;
}

type Settle = (error: Error | null, dialled?: Dialled) => void;

const KEEP_ALIVE_DELAY = 60_000;

/** Makes connections to one origin; TLS sessions are resumed from one to the next. */
export class Dialler {
  readonly #origin: URL;
  readonly #options: DialOptions;
  #session: Buffer | undefined;

  constructor(origin: URL, options: DialOptions) {
    this.#origin = origin;
    this.#options = options;
  }

  /** Calls back once; returns a function that gives the attempt up. */
  dial(settle: Settle): () => void {
    const { connect, connectTimeout } = this.#options;
    const reads: ReadBuffer = this.#secure ? new TlsReadBuffer() : new PlainReadBuffer();
    let open: Socket | undefined;
    let settled = false;
    const finish = (error: Error | null, socket?: Socket | null): void => {
      clearTimeout(timer);
      if (settled) {
        socket?.destroy();
        return;
      }
      settled = true;
      if (error !== null || socket === null || socket === undefined) {
        open?.destroy();
        settle(error ?? new RelayError('UND_ERR_SOCKET', 'The connector gave no connection'));
        return;
      }
      socket.off('error', finish);
      settle(null, { socket, reads });
    };
    const giveUp = (): void =>
      finish(new RelayError('UND_ERR_CONNECT_TIMEOUT', `No connection within ${connectTimeout} ms`));
    const timer = connectTimeout > 0 ? setTimeout(giveUp, connectTimeout) : undefined;
    if (typeof connect === 'function') this.#byConnector(connect, reads, finish);
    else {
      open = this.#open(connect, reads);
      open.on('error', finish);
      open.once(this.#secure ? 'secureConnect' : 'connect', () => finish(null, open));
    }
    return () => finish(new RelayError('UND_ERR_SOCKET', 'The connection is not wanted any more'));
  }

  get #secure(): boolean {
    return this.#origin.protocol === 'https:';
  }

  get #hostname(): string {
    const { hostname } = this.#origin;
    return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  }

  #byConnector(
    connector: buildConnector.connector,
    reads: ReadBuffer,
    finish: (error: Error | null, socket?: Socket | null) => void,
  ): void {
    const { protocol, port, host, hostname } = this.#origin;
    // `onread` goes beyond undici's interface: a connector that knows it hands it to its socket.
    const options = { protocol, port, host, hostname, servername: this.#servername, onread: reads.options };
    connector(options as unknown as buildConnector.Options, (...[error, socket]) => finish(error, socket));
  }

  #open(given: buildConnector.BuildOptions | undefined, reads: ReadBuffer): Socket {
    const { timeout: _, socketPath, ...options } = given ?? {};
    const where = { host: this.#hostname, port: Number(this.#origin.port || (this.#secure ? 443 : 80)) };
    const common = {
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_DELAY,
      noDelay: true,
      autoSelectFamily: true,
      ...options,
      ...(typeof socketPath === 'string' ? { path: socketPath } : where),
      onread: reads.options,
    };
    if (!this.#secure) return connectTcp(common as TcpNetConnectOpts);
    const secure = {
      ALPNProtocols: ['http/1.1'],
      ...(this.#servername !== undefined && { servername: this.#servername }),
      ...(this.#session !== undefined && { session: this.#session }),
      ...common,
    };
    return connectTls(secure as ConnectionOptions).on('session', (session) => (this.#session = session));
  }

  get #servername(): string | undefined {
    return isIP(this.#hostname) === 0 ? this.#hostname : undefined;
  }
}
