import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/**
 * The one place that relies on how `node:http` keeps a header that is ready to be sent: a string in `_header`, put in
 * front of the first write. There is no public way to hand it a prepared header, and validating and joining fourteen
 * fields again is the dearest part of a cache hit. The field has been there, unchanged, since Node 0.10; whether it
 * still behaves is tried at start, and without it `writeHead` serves.
 */
interface PreparedResponse {
  _header: string | null;
}

/** Sends a complete header block (status line to empty line) and a body. Only after `rawHeadersWork()` said so. */
export function sendPrepared(
  response: ServerResponse,
  status: number,
  block: string,
  body: Uint8Array | undefined,
): void {
  response.statusCode = status;
  (response as unknown as PreparedResponse)._header = block;
  response.end(body);
}

let verdict: boolean | undefined;

/** Whether this Node sends a prepared header block as it is; tried once, on a response that goes nowhere. */
export function rawHeadersWork(): boolean {
  verdict ??= attempt();
  return verdict;
}

function attempt(): boolean {
  const sent: Buffer[] = [];
  const socket = new Socket();
  // Captures what would go out; nothing is ever connected.
  socket._write = (chunk: Buffer | string, encoding, callback) => {
    sent.push(Buffer.from(chunk as string, encoding));
    callback();
  };
  socket._writev = (chunks, callback) => {
    for (const { chunk, encoding } of chunks) sent.push(Buffer.from(chunk as string, encoding));
    callback();
  };
  try {
    const request = new IncomingMessage(socket);
    request.method = 'GET';
    request.httpVersionMajor = 1;
    request.httpVersionMinor = 1;
    const response = new ServerResponse(request);
    response.assignSocket(socket);
    const block = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Probe: 1\r\n\r\n';
    sendPrepared(response, 200, block, Buffer.from('abc'));
    return Buffer.concat(sent).toString('latin1') === `${block}abc` && response.headersSent;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
