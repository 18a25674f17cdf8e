import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { pictureOf } from '../support/origin.js';

/** What each target was asked for with. */
const heard = new Map<string, { readonly parent: unknown; readonly id: unknown }>();
let upstream: Server;
let forebay: Forebay;

beforeAll(async () => {
  upstream = createServer((request, response) => {
    const { headers, url = '' } = request;
    const path = url.split('?', 1)[0] ?? '';
    heard.set(path, { parent: headers['traceparent'], id: headers['x-request-id'] });
    if (path.endsWith('.m3u8'))
      response.setHeader('content-type', 'application/vnd.apple.mpegurl').end('#EXTM3U\n#EXTINF:4,\n1.ts\n');
    else if (path.endsWith('.ts')) response.setHeader('content-type', 'video/mp2t').end('segment');
    else response.setHeader('content-type', 'image/png').end(pictureOf(path));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  forebay = await Forebay.start({
    UPSTREAM_SERVERS: url,
    HLS_UPSTREAM_SERVERS: url,
    STORE_ENDPOINT: url,
    STORE_REGION: 'here',
    STORE_BUCKET: 'pictures',
    STORE_ACCESS_KEY_ID: 'id',
    STORE_SECRET_ACCESS_KEY: 'secret',
  });
});
afterAll(async () => {
  await forebay.end();
  upstream.closeAllConnections();
  upstream.close();
});

it.each([
  ['an image', '/t/p/w92/a.png', '/t/p/w92/a.png'],
  ['a playlist', '/hls/live/main.m3u8', '/live/main.m3u8'],
  ['a segment', '/hls/live/1.ts', '/live/1.ts'],
  ['a signed image', '/api/v1/images/a.png?mode=proxy', '/pictures/a.png'],
])('asks for %s in the trace of who wants it', async (_, target, path) => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const headers: Record<string, string> = { traceparent, 'X-Request-Id': `wanted-${path.length}` };
  let asked = target;
  // A segment is let in by what its playlist says.
  if (path === '/live/1.ts')
    asked = /^[^#\s].*$/m.exec((await forebay.ask('/hls/live/main.m3u8')).body.toString())?.[0] ?? '';
  const reply = await forebay.ask(asked, { headers });
  expect(reply.status).toBe(200);
  expect(reply.headers['x-request-id']).toBe(headers['X-Request-Id']);
  // A playlist is for all who ask at once, and nobody's request alone.
  const id = path.endsWith('.m3u8') ? undefined : headers['X-Request-Id'];
  expect(heard.get(path)).toEqual({ parent: traceparent, id });
});
