import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { readRange } from './byte-range.js';
import type { Behaviour } from './behaviour.js';
import type { Gallery, Picture } from './gallery.js';
import { readPictureRequest } from './picture-request.js';

const LAST_MODIFIED = 'Mon, 06 Jan 2025 08:00:00 GMT';
const FRESH = 'public, max-age=3600';

/** A TMDB-like image host: `/t/p/{size}/{file}`, with validators and single ranges as a CDN has them. */
export function createImageListener(gallery: Gallery, behave: Behaviour): RequestListener {
  return (request, response) => {
    serve(gallery, behave, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
}

async function serve(
  gallery: Gallery,
  behave: Behaviour,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Length': 0 }).end();
    return;
  }
  const treatment = behave();
  if (treatment.kind === 'hang') return;
  if (treatment.kind === 'error') return plain(response, treatment.status, 'this sample server fails on purpose');
  if (treatment.kind === 'reset' && !treatment.amidBody) {
    request.socket.resetAndDestroy();
    return;
  }
  if (treatment.kind === 'answer' && treatment.delayMs > 0) await wait(treatment.delayMs, undefined, { ref: false });
  const wanted = readPictureRequest(pathOf(request));
  if (wanted === undefined) return plain(response, 404, 'File Not Found');
  send(request, response, await gallery.show(wanted), treatment.kind === 'reset');
}

function pathOf(request: IncomingMessage): string {
  const path = (request.url ?? '/').split('?', 1)[0]!;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function send(request: IncomingMessage, response: ServerResponse, { bytes, etag }: Picture, breakOff: boolean): void {
  const headers = {
    'Content-Type': 'image/png',
    'Cache-Control': FRESH,
    ETag: etag,
    'Last-Modified': LAST_MODIFIED,
    'Accept-Ranges': 'bytes',
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const part = readRange(request, etag, bytes.length);
  if (part === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${bytes.length}`, 'Content-Length': 0 }).end();
    return;
  }
  const body = part === undefined ? bytes : bytes.subarray(part.start, part.end + 1);
  const range = part === undefined ? {} : { 'Content-Range': `bytes ${part.start}-${part.end}/${bytes.length}` };
  response.writeHead(part === undefined ? 200 : 206, { ...headers, ...range, 'Content-Length': body.length });
  if (request.method === 'HEAD') response.end();
  else if (breakOff) response.write(body.subarray(0, body.length >> 1), () => request.socket.resetAndDestroy());
  else response.end(body);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(text) })
    .end(text);
}
