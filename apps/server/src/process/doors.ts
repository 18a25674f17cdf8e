import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Config } from '../config/index.js';
import type { Listening, NodeApp } from './roles.js';
import { listenError } from './start-error.js';

/** Node's own limits let 2,000 clients hold half a request head for 87 s. Milliseconds. */
const limits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1000,
  // Idle connections end by the idle limit below: a limit of their own would set two timers with every request.
  keepAliveTimeout: 0,
};

/**
 * Without a byte moving for this long a connection is cut: an idle one, or a client that stopped reading. It outlasts the
 * 60 s of common load balancers, so that it is they who close. Milliseconds.
 */
const leastIdleLimit = 65_000;

/** More connections than this a process hangs up on, before they take its memory. */
const maxConnections = 16_384;

/** Connections that wait to be accepted, where the system allows so many. */
const backlog = 1024;

/** How often connections are looked at until all have been flushed. Milliseconds. */
const flushLook = 20;

/** The sockets of one process. Which app answers can change without any connection noticing. */
export interface Doors {
  readonly listening: Listening;
  /** Hands all requests from now on to another app, in one turn. */
  use(app: NodeApp): void;
  /** Tells clients with each answer to close the connection. */
  askToLeave(): void;
  /** Closes the ports; connections stay. Resolves when the last of them is gone. */
  stopAccepting(): Promise<void>;
  /**
   * Resolves once the system has taken all that was written, or the time (ms) is up: then to false. To Node a request is
   * over when its answer was handed over, and its connection idle, though a slow client has yet to get most of it.
   */
  flushed(timeout: number): Promise<boolean>;
  /** Closes connections on which no request is under way. */
  closeIdle(): void;
  /** Closes all connections, amid an answer or not. */
  cut(): void;
}

const listen = (server: Server, port: number, host: string | undefined, variable: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(listenError(error, port, host, variable));
    };
    server.once('error', fail);
    server.listen({ port, backlog, ...(host === undefined ? {} : { host }) }, () => {
      server.off('error', fail);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const leave: RequestListener = (_request, response) => {
  response.setHeader('Connection', 'close');
};

/** `CONNECT`, on which Node hangs up without a word, as an error that the app words. */
const tunnelAskedFor = (): Error => Object.assign(new Error('the server is no tunnel'), { code: 'FOREBAY_CONNECT' });

/** Opens the ports of the configuration. @throws StartError if one cannot be had */
export const openDoors = async (config: Config, app: NodeApp): Promise<Doors> => {
  const { port, host, managementPort } = config.server;
  const { requestTimeout, maxSwitches } = config.upstream;
  const connections = new Set<Socket>();
  const servers = (managementPort === undefined ? ['PORT'] : ['PORT', 'MANAGEMENT_PORT']).map((variable) => {
    const server = createServer(limits);
    server.maxConnections = maxConnections;
    server.on('connection', (socket: Socket) => {
      connections.add(socket);
      socket.once('close', () => connections.delete(socket));
    });
    server.on('connect', (_request, socket) => {
      socket.on('error', () => socket.destroy());
      if (!server.emit('clientError', tunnelAskedFor(), socket)) socket.destroy();
    });
    // The wait for upstreams is not idleness of the client.
    server.timeout = Math.max(leastIdleLimit, requestTimeout * maxSwitches + 10_000);
    return { server, variable };
  });

  let current: NodeApp | undefined;
  const use = (next: NodeApp): void => {
    for (const { server, variable } of servers) {
      const listenerOf = (one: NodeApp) =>
        variable === 'PORT' ? one.listener : (one.managementListener ?? one.listener);
      if (current !== undefined) server.off('request', listenerOf(current));
      server.on('request', listenerOf(next));
      if (current?.clientError !== undefined) server.off('clientError', current.clientError);
      if (next.clientError !== undefined) server.on('clientError', next.clientError);
    }
    current = next;
  };
  const each = (action: (server: Server) => void) => (): void => {
    for (const { server } of servers) action(server);
  };
  const cut = each((server) => {
    server.closeAllConnections();
    server.close();
  });

  use(app);
  try {
    const ports: number[] = [];
    for (const { server, variable } of servers) {
      ports.push(await listen(server, variable === 'PORT' ? port : (managementPort ?? 0), host, variable));
    }
    const listening = { port: ports[0] ?? port, managementPort: ports[1] };
    return {
      listening,
      use,
      cut,
      askToLeave: each((server) => server.prependListener('request', leave)),
      stopAccepting: async () => {
        await Promise.all(
          servers.map(
            ({ server }) =>
              new Promise<void>((resolve) => {
                // `http.Server.close` would also close idle connections, on which a request may be on its way.
                NetServer.prototype.close.call(server, () => {
                  resolve();
                });
              }),
          ),
        );
      },
      async flushed(timeout) {
        const deadline = performance.now() + timeout;
        while ([...connections].some(({ writableLength }) => writableLength > 0)) {
          if (performance.now() >= deadline) return false;
          await wait(flushLook);
        }
        return true;
      },
      closeIdle: each((server) => {
        server.closeIdleConnections();
      }),
    };
  } catch (error) {
    cut();
    throw error;
  }
};
