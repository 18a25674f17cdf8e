import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { readRange } from '../byte-range.js';
import type { Resource, Stream } from './stream.js';

/** Milliseconds that a request may wait for what is coming: three target durations. */
const LONGEST_WAIT = 6000;

/**
 * Serves a stream as a good origin does: strong tags that all mirrors share, conditions, single ranges, and blocking
 * reloads. `now` gives milliseconds since 1970.
 */
export function createHlsListener(origin: Stream, now: () => number = Date.now): RequestListener {
  return (request, response) => {
    answer(origin, now, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
}

async function answer(
  origin: Stream,
  now: () => number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD', 'Content-Length': 0 }).end();
    return;
  }
  const url = new URL(`http://sample${request.url?.startsWith('/') === true ? request.url : '/'}`);
  const deadline = now() + LONGEST_WAIT;
  for (;;) {
    const found = origin(url.pathname, url.searchParams, now());
    if (found === undefined) return plain(response, 404, 'there is no such file');
    if ('refused' in found) return plain(response, 400, found.refused);
    if ('type' in found) return send(request, response, found);
    if (found.availableAt > deadline) return plain(response, 503, 'that takes longer than anyone should wait');
    await wait(Math.max(1, found.availableAt - now()), undefined, { ref: false });
    if (response.destroyed) return;
  }
}

function send(request: IncomingMessage, response: ServerResponse, { type, body, cacheControl }: Resource): void {
  const etag = `"${createHash('sha1').update(body).digest('base64url')}"`;
  const headers = { 'Content-Type': type, 'Cache-Control': cacheControl, ETag: etag, 'Accept-Ranges': 'bytes' };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const part = readRange(request, etag, body.length);
  if (part === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${body.length}`, 'Content-Length': 0 }).end();
    return;
  }
  const bytes = part === undefined ? body : body.subarray(part.start, part.end + 1);
  const range = part === undefined ? {} : { 'Content-Range': `bytes ${part.start}-${part.end}/${body.length}` };
  response.writeHead(part === undefined ? 200 : 206, { ...headers, ...range, 'Content-Length': bytes.length });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(text) })
    .end(text);
}
