import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/**
 * The one place that relies on how `node:http` keeps its state. There is no public way to hand it a header that is
 * ready to be sent, and validating and joining fourteen fields again is the dearest part of a cache hit. What is used:
 *
 * - `_header`, a string put in front of the first write, and `_last`, which ends the connection behind the response;
 *   both there, unchanged, since Node 0.10;
 * - `_headerSent`, `finished`, `_finish()` and the event `finish`, by which a response that was written to the socket
 *   itself says that it is over.
 *
 * Whether they still behave is tried at start, on responses that go nowhere; without them `writeHead` serves.
 */
interface ResponseState {
  _header: string | null;
  _headerSent: boolean;
  /** The connection ends with this response. */
  _last: boolean;
  finished: boolean;
  readonly outputData: readonly unknown[];
  _finish(): void;
}

/** Sends a complete header block (status line to empty line) and a body. Only after `rawHeadersWork()` said so. */
export function sendPrepared(
  response: ServerResponse,
  status: number,
  block: string,
  body: Uint8Array | undefined,
): void {
  const state = stateOf(response);
  response.statusCode = status;
  state._header = response.shouldKeepAlive ? block : `${block.slice(0, -2)}Connection: close\r\n\r\n`;
  state._last = !response.shouldKeepAlive;
  response.end(body);
}

/** Whether a response's socket takes a write at once: it is this response's turn and nothing waits to go out. */
export function takesAtOnce(response: ServerResponse): boolean {
  const { socket } = response;
  return (
    socket !== null &&
    socket.writableLength === 0 &&
    stateOf(response).outputData.length === 0 &&
    socket.writable &&
    !('encrypted' in socket)
  );
}

/**
 * Sends header and body as the one piece of memory that they are: a single write, without a copy. True when the system
 * has taken all of it, so that the memory may be written to again; otherwise `released` is called when that is so.
 */
export function sendWhole(response: ServerResponse, status: number, whole: Uint8Array, released: () => void): boolean {
  const state = stateOf(response);
  const socket = response.socket as Socket;
  let waiting = false;
  response.statusCode = status;
  // Not empty, or the response would count as one whose header is yet to come.
  state._header = 'sent';
  state._headerSent = true;
  state.finished = true;
  socket.write(whole, () => {
    if (waiting) released();
    response.emit('finish');
  });
  waiting = socket.writableLength !== 0;
  state._finish();
  return !waiting;
}

let verdict: boolean | undefined;

/** Whether this Node sends prepared headers as they are; tried once. */
export function rawHeadersWork(): boolean {
  verdict ??= attempt(false) && attempt(true);
  return verdict;
}

const stateOf = (response: ServerResponse): ResponseState => response as unknown as ResponseState;

const BLOCK = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-Probe: 1\r\n\r\n';

function attempt(whole: boolean): boolean {
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
    response.shouldKeepAlive = true;
    if (whole && (!takesAtOnce(response) || !sendWhole(response, 200, Buffer.from(`${BLOCK}abc`), () => undefined)))
      return false;
    if (!whole) sendPrepared(response, 200, BLOCK, Buffer.from('abc'));
    const asItWas = Buffer.concat(sent).toString('latin1') === `${BLOCK}abc`;
    return asItWas && response.headersSent && response.writableEnded && '_last' in response;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
