import type { RequestListener } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Server as TlsServer } from 'node:tls';
import type { TlsConfig } from '../config/config.js';
import type { Config } from '../config/index.js';
import type { Logger } from '../log/logger.js';
import { firstPair, followCertificate } from './certificates.js';
import { makeDoor, type Door } from './door.js';
import type { Listening, NodeApp } from './roles.js';
import { listenError, StartError } from './start-error.js';

/**
 * Without a byte moving for this long a connection is cut: an idle one, or a client that stopped reading. It outlasts the
 * 60 s of common load balancers, so that it is they who close. Milliseconds.
 */
const leastIdleLimit = 65_000;

/** Connections that wait to be accepted, where the system allows so many. */
const backlog = 1024;

/** How often connections are looked at until all have been flushed. Milliseconds. */
const flushLook = 20;

/** The sockets of one process. Which app answers can change without any connection noticing. */
export interface Doors {
  readonly listening: Listening;
  /**
   * Hands all requests from now on to another app, in one turn, and new connections another certificate.
   *
   * @throws StartError when it cannot be used, or one of the two has none: nothing has changed then
   */
  use(app: NodeApp, tls: TlsConfig | undefined): void;
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

const listen = (server: Door['server'], port: number, host: string | undefined, variable: string): Promise<number> =>
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

/** Opens the ports of the configuration. @throws StartError if one cannot be had */
export const openDoors = async (config: Config, app: NodeApp, logger: Logger): Promise<Doors> => {
  const { port, host, managementPort, tls } = config.server;
  const { requestTimeout, maxSwitches } = config.upstream;
  // The wait for upstreams is not idleness of the client.
  const idleLimit = Math.max(leastIdleLimit, requestTimeout * maxSwitches + 10_000);
  let current = app;
  let leaving = false;
  const doorFor = (variable: 'PORT' | 'MANAGEMENT_PORT') => {
    const serve: RequestListener = (request, response) => {
      if (leaving && request.httpVersionMajor === 1) response.setHeader('Connection', 'close');
      const { listener, managementListener = listener } = current;
      (variable === 'PORT' ? listener : managementListener)(request, response);
    };
    const door = makeDoor(tls, serve, idleLimit);
    door.server.on('clientError', (error, socket) => {
      if (current.clientError === undefined) socket.destroy();
      else current.clientError(error, socket);
    });
    return { ...door, variable };
  };
  const doors = managementPort === undefined ? [doorFor('PORT')] : [doorFor('PORT'), doorFor('MANAGEMENT_PORT')];
  const secured = doors.flatMap(({ server }) => (server instanceof TlsServer ? [server] : []));
  let certificate = tls;
  let unfollow = tls === undefined ? undefined : followCertificate(secured, tls, logger);
  const cut = (): void => {
    unfollow?.();
    for (const { http2, server } of doors) {
      http2?.cut();
      server.closeAllConnections();
      server.close();
    }
  };

  try {
    const ports: number[] = [];
    for (const { server, variable } of doors) {
      ports.push(await listen(server, variable === 'PORT' ? port : (managementPort ?? 0), host, variable));
    }
    const listening = { port: ports[0] ?? port, managementPort: ports[1] };
    return {
      listening,
      use(next, nextTls) {
        if (nextTls !== undefined && certificate !== undefined) {
          const pair = firstPair(nextTls);
          for (const server of secured) server.setSecureContext(pair);
          unfollow?.();
          certificate = nextTls;
          unfollow = followCertificate(secured, nextTls, logger);
        } else if (nextTls !== certificate) {
          throw new StartError('TLS_CERT and TLS_KEY can be set or taken away at the next start only');
        }
        current = next;
      },
      cut,
      askToLeave() {
        leaving = true;
        for (const { http2 } of doors) http2?.askToLeave();
      },
      stopAccepting: async () => {
        await Promise.all(
          doors.map(
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
        while (doors.some(({ connections }) => [...connections].some(({ writableLength }) => writableLength > 0))) {
          if (performance.now() >= deadline) return false;
          await wait(flushLook);
        }
        return true;
      },
      closeIdle() {
        for (const { http2, server } of doors) {
          http2?.close();
          server.closeIdleConnections();
        }
      },
    };
  } catch (error) {
    cut();
    throw error;
  }
};
