import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { Origin, pictureOf } from '../support/origin.js';

let origin: Origin;
let forebay: Forebay;
let finish: () => void = () => undefined;
beforeAll(async () => {
  origin = await Origin.start();
  origin.misbehave = (request, response) => {
    if (request.url !== '/t/p/w500/slow.png') return false;
    const body = pictureOf(request.url);
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': body.length });
    response.write(body.subarray(0, 100));
    finish = () => response.end(body.subarray(100));
    return true;
  };
  forebay = await Forebay.start({ UPSTREAM_SERVERS: origin.url });
});
afterAll(async () => {
  await forebay.end();
  await origin.die();
});

/** Sends text, more once something has come, and gives back all that comes until the connection ends. */
function raw(text: string, more?: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(forebay.port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      received += chunk;
      if (more !== undefined) socket.write(more);
    });
    socket.on('error', () => undefined).on('close', () => resolve(received));
  });
}

it('ends an answer under way, with nothing else in it, when garbage follows the request', async () => {
  const received = await raw('GET /t/p/w500/slow.png HTTP/1.1\r\nHost: x\r\n\r\n', 'GARBAGE\r\n\r\n');
  finish();
  expect(received).toMatch(/^HTTP\/1\.1 200 /);
  expect(received).not.toContain('400 Bad Request');
});

it('answers CONNECT with 405 and what is allowed', async () => {
  const received = await raw('CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n');
  expect(received).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/);
  expect(received).toMatch(/\r\nallow: GET, HEAD, OPTIONS\r\n/);
});

it('is healthy for those who name no host either', async () => {
  expect(await raw('GET /health/live HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
});

it('answers a host that cannot be read with a problem', async () => {
  const received = await raw('GET /health HTTP/1.1\r\nHost: [[[\r\nConnection: close\r\n\r\n');
  expect(received).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json/);
});

it('refuses a management request that names two hosts, of which one is not loopback', async () => {
  const received = await raw(
    'GET /status HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  );
  expect(received).toMatch(/^HTTP\/1\.1 400 [^]*more than one Host/);
});

it('reads no more of a body than a management endpoint can want', async () => {
  const body = JSON.stringify({ keys: ['k'.repeat(5 * 1024 * 1024)] });
  const reply = await forebay.ask('/cache/purge', { method: 'POST', body });
  expect(reply.status).toBe(413);
  expect(reply.headers['content-type']).toBe('application/problem+json');
});
