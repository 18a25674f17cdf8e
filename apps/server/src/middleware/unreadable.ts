import type { Duplex } from 'node:stream';
import { nextRequestId, Problem, problemBody, problemHeaders } from '@forebay/image-proxy';

const REFUSALS: Readonly<Record<string, readonly [status: number, reason: string, code: string, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'Request Header Fields Too Large',
    'headers-too-large',
    'the request line and headers are larger than the server reads',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'request-timeout', 'the request did not arrive in time'],
};

/** Answers what Node's parser refuses to read, then ends the connection. */
export function refuseUnreadable(error: Error, socket: Duplex): void {
  const code = 'code' in error ? String(error.code) : '';
  if (!socket.writable || code === 'ECONNRESET') {
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
  };
  const lines = Object.entries(headers).map(([field, value]) => `${field}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n${body}`);
}
