import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import {
  createUpstreamDispatcher,
  type Transport,
  type UpstreamDispatcher,
  type UpstreamDispatcherOptions,
} from '@forebay/balancer/undici';
import { afterEach } from 'vitest';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

const listen = async (server: TcpServer): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  return typeof address === 'object' ? (address?.port ?? 0) : 0;
};

export interface Upstream {
  readonly url: string;
  readonly server: Server;
  /** Paths asked for, in order. */
  readonly asked: string[];
  close(): void;
}

/** An HTTP server on a port of its own that is gone after the test. */
export const upstream = async (listener: RequestListener, port = 0): Promise<Upstream> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    listener(request, response);
  });
  const bound =
    port === 0
      ? await listen(server)
      : await new Promise<number>((done) => server.listen(port, '127.0.0.1', () => done(port)));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  closers.push(close);
  return { url: `http://127.0.0.1:${bound}`, server, asked, close };
};

/** A server that speaks raw bytes. */
export const rawUpstream = async (listener: (socket: Socket, connection: number) => void): Promise<string> => {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    connections += 1;
    listener(socket, connections);
  });
  const port = await listen(server);
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
};

/** A URL where nothing listens. */
export const deadUrl = async (): Promise<string> => {
  const { url, server } = await upstream(() => undefined);
  await new Promise((closed) => server.close(closed));
  return url;
};

/** How dispatchers reach their origins; other packages run these tests with transports of their own. */
export const underTest: { transport?: Transport } = {};

/** A dispatcher that is destroyed after the test. Deterministic: round robin over equal weights, in the order given. */
export const dispatcherOver = (
  origins: UpstreamDispatcherOptions['origins'],
  options: Partial<UpstreamDispatcherOptions> = {},
): UpstreamDispatcher => {
  const dispatcher = createUpstreamDispatcher({ origins, ...underTest, ...options });
  closers.push(() => dispatcher.destroy());
  return dispatcher;
};
