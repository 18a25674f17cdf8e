import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { RelayPool } from '@forebay/reverse-proxy';
import { type Dispatcher, Pool } from 'undici';
import { afterEach } from 'vitest';

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Runs after the test, the last one first. */
export const atEnd = (end: () => unknown): unknown => ends.push(end);

/** A server that speaks raw bytes; `listener` hears of each request head. */
export class RawOrigin {
  readonly sockets: Set<Socket> = new Set();
  readonly requests: string[] = [];
  connections = 0;
  closed = 0;
  readonly #server: Server;

  private constructor(answer: (socket: Socket, request: string) => void) {
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.sockets.add(socket.on('error', () => undefined).on('close', () => this.#gone(socket)));
      let text = '';
      socket.on('data', (bytes: Buffer) => {
        text += bytes.toString('latin1');
        for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
          const request = text.slice(0, end);
          text = text.slice(end + 4);
          this.requests.push(request);
          answer(socket, request);
        }
      });
    });
  }

  static async start(answer: (socket: Socket, request: string) => void): Promise<RawOrigin> {
    const origin = new RawOrigin(answer);
    await new Promise<void>((resolve) => origin.#server.listen(0, '127.0.0.1', resolve));
    atEnd(() => {
      for (const socket of origin.sockets) socket.destroy();
      origin.#server.close();
    });
    return origin;
  }

  #gone(socket: Socket): void {
    this.closed += 1;
    this.sockets.delete(socket);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
}

export const transports = {
  relay: (origin: string, options: Pool.Options): Dispatcher => new RelayPool(origin, options),
  undici: (origin: string, options: Pool.Options): Dispatcher => new Pool(origin, options),
} as const;

export type TransportName = keyof typeof transports;

export function poolOver(name: TransportName, url: string, options: Pool.Options = {}): Dispatcher {
  const pool = transports[name](url, options);
  atEnd(() => pool.destroy());
  return pool;
}

export interface Taken {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
  readonly informed: readonly number[];
}

/** One request and all that comes of it. */
export function take(
  dispatcher: Dispatcher,
  options: Partial<Dispatcher.DispatchOptions> & { readonly lend?: boolean } = {},
  onController?: (controller: Dispatcher.DispatchController) => void,
): Promise<Taken> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: Record<string, unknown> = {};
    const chunks: Buffer[] = [];
    const informed: number[] = [];
    dispatcher.dispatch(
      { origin: 'http://upstream.invalid', path: '/', method: 'GET', ...options },
      {
        onRequestStart: (controller) => onController?.(controller),
        onResponseStart: (_controller, code, fields) => {
          if (code < 200) informed.push(code);
          else {
            status = code;
            headers = fields;
          }
        },
        // What is lent is copied before it changes.
        onResponseData: (_controller, chunk) => void chunks.push(Buffer.from(chunk)),
        onResponseEnd: () => resolve({ status, headers, body: Buffer.concat(chunks).toString('latin1'), informed }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });
}
