import { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { nextRequestId, Problem, problemBody, problemHeaders } from '@forebay/reverse-proxy';

const REFUSALS: Readonly<Record<string, readonly [status: number, reason: string, code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    'headers-too-large',
    'the request line and headers are larger than the server reads',
  ],
  FOREBAY_CONNECT: [
    405,
    'Method Not Allowed',
    'method-not-allowed',
    'the server is no tunnel: CONNECT is not answered',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'request-timeout', 'the request did not arrive in time'],
};

/** Answers what Node's parser refuses to read, then ends the connection. */
export function refuseUnreadable(error: Error, socket: Duplex): void {
  const code = 'code' in error ? String(error.code) : '';
  if (!socket.writable || code === 'ECONNRESET' || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const [status, reason, name, detail] = REFUSALS[code] ?? [
    400,
    'Bad Request',
    'bad-request',
    'the request is not HTTP that can be read',
  ];
  const problem = new Problem(status, name, detail);
  const requestId = nextRequestId();
  const body = problemBody(problem, requestId);
  const headers = {
    ...problemHeaders(problem),
    'x-request-id': requestId,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...(status === 405 ? { allow: 'GET, HEAD, OPTIONS' } : {}),
  };
  const lines = Object.entries(headers).map(([field, value]) => `${field}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`);
}

/**
 * Whether an answer has begun on this connection: what is written now would be taken for a part of it. Node's own
 * handler of `clientError` looks at the same property.
 */
function isAnswering(socket: Duplex): boolean {
  const current: unknown = Reflect.get(socket, '_httpMessage');
  return current instanceof ServerResponse && current.headersSent;
}
