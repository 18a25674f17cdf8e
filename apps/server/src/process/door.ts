import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsConfig } from '../config/config.js';
import { firstPair } from './certificates.js';
import { http2Sessions, type Http2Sessions } from './http2-sessions.js';

/** Node's own limits let 2,000 clients hold half a request head for 87 s. Milliseconds. */
const limits: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1000,
  // Idle connections end by the idle limit: a limit of their own would set two timers with every request.
  keepAliveTimeout: 0,
};

/** For a client to agree on ciphers, in ms; Node waits two minutes. */
const handshakeTimeout = 10_000;

/** More connections than this a process hangs up on, before they take its memory. */
const maxConnections = 16_384;

/** One port: plain, or with TLS and then HTTP/2 for those who can. */
export interface Door {
  readonly server: Server | SecureServer;
  readonly http2: Http2Sessions | undefined;
  /** Those on which anything can be written. */
  readonly connections: ReadonlySet<Socket>;
}

/** @throws StartError when the certificate cannot be used */
export function makeDoor(tls: TlsConfig | undefined, serve: RequestListener, idleLimit: number): Door {
  const connections = new Set<Socket>();
  const track = (socket: Socket): void => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  };
  const door = tls === undefined ? plainDoor(track) : secureDoor(tls, track, serve, idleLimit);
  const { server } = door;
  server.on('request', serve);
  server.maxConnections = maxConnections;
  server.timeout = idleLimit;
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    if (!server.emit('clientError', tunnelAskedFor(), socket)) socket.destroy();
  });
  return { ...door, connections };
}

/** `CONNECT`, on which Node hangs up without a word, as an error that the app words. */
const tunnelAskedFor = (): Error => Object.assign(new Error('the server is no tunnel'), { code: 'FOREBAY_CONNECT' });

type Track = (socket: Socket) => void;
type Opened = Pick<Door, 'server' | 'http2'>;

function plainDoor(track: Track): Opened {
  const server = createServer(limits);
  server.on('connection', track);
  return { server, http2: undefined };
}

function secureDoor(tls: TlsConfig, track: Track, serve: RequestListener, idleLimit: number): Opened {
  const http2 = http2Sessions(serve, idleLimit);
  const server = createSecureServer({
    ...limits,
    ...firstPair(tls),
    handshakeTimeout,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  // HTTP/1.1 is spoken by the server itself, with all its limits; only what agreed on HTTP/2 is taken out of its hands.
  const speakHttp1 = server.listeners('secureConnection') as ((this: SecureServer, socket: TLSSocket) => void)[];
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket) => {
    track(socket);
    if (socket.alpnProtocol === 'h2') http2.take(socket);
    else for (const speak of speakHttp1) speak.call(server, socket);
  });
  return { server, http2 };
}
