import {
  constants,
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';

/** As many as nginx grants one connection. */
const maxConcurrentStreams = 128;

/** Says that whatever comes will be served. */
const HIGHEST_STREAM = 2 ** 31 - 1;

/** HTTP/2 on connections that someone else accepts and deciphers. */
export interface Http2Sessions {
  /** Speaks HTTP/2 on a connection that agreed to. */
  take(socket: TLSSocket): void;
  /** Asks clients to open no new stream; those that are on their way are served still (RFC 9113 section 6.8). */
  askToLeave(): void;
  /** Refuses new streams, and ends each connection with the last that is open. */
  close(): void;
  /** Ends all at once. */
  cut(): void;
}

/** Hands every stream to `serve` as if it were a request of HTTP/1.1; idle sessions end after `idleLimit` ms. */
export function http2Sessions(serve: RequestListener, idleLimit: number): Http2Sessions {
  const sessions = new Set<ServerHttp2Session>();
  const server: Http2Server = createServer({ settings: { maxConcurrentStreams } });
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.setTimeout(idleLimit, () => session.close());
    // Heard by the streams too; what is left is a connection that broke.
    session.on('error', () => undefined);
  });
  server.on('sessionError', () => undefined);
  server.on('request', (request: Http2ServerRequest, response: Http2ServerResponse) => {
    withoutPseudoFields(request);
    // Node's compatibility API is made to be taken for these, and says so nowhere in its types.
    serve(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  return {
    take: (socket) => void server.emit('connection', socket),
    askToLeave() {
      for (const session of sessions) session.goaway(constants.NGHTTP2_NO_ERROR, HIGHEST_STREAM);
    },
    close() {
      for (const session of sessions) session.close();
    },
    cut() {
      for (const session of sessions) session.destroy();
    },
  };
}

/** What HTTP/1.1 says in its request line would otherwise be taken for header fields, and passed on. */
function withoutPseudoFields(request: Http2ServerRequest): void {
  const fields = Object.entries(request.headers).filter(([name]) => !name.startsWith(':'));
  const headers: IncomingHttpHeaders = Object.fromEntries(fields);
  const { authority } = request;
  if (headers.host === undefined && authority !== '') headers.host = authority;
  // On the request itself: its other properties are read from the fields as they came.
  Object.defineProperty(request, 'headers', { value: headers });
}
