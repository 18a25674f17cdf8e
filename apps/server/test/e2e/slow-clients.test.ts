import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { Origin } from '../support/origin.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

// More than the buffers of the system take on loopback.
const SIZE = 7 * 1024 * 1024;

it('a slow client gets the rest of what it is being sent from memory while the server stops', async () => {
  const origin = await Origin.start();
  ends.push(() => origin.die());
  origin.misbehave = (request, response) => {
    if (request.url !== '/large.bin') return false;
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'max-age=60' });
    response.end(Buffer.alloc(SIZE, 'x'));
    return true;
  };
  const forebay = await Forebay.start({ UPSTREAM_TYPE: 'custom', UPSTREAM_SERVERS: origin.url });
  ends.push(() => forebay.end());
  expect((await forebay.ask('/large.bin')).body.length).toBe(SIZE);
  expect((await forebay.ask('/large.bin', { method: 'HEAD' })).headers['cache-status']).toContain('detail=memory');

  const client = await begin(forebay.port, '/large.bin');
  void forebay.stop();
  await forebay.event('server_draining');
  expect(await rest(client)).toBeGreaterThan(SIZE);
  expect(await forebay.exit).toBe(0);
});

/** Asks, and stops reading at the first bytes. */
function begin(port: number, path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
    socket.once('error', reject).once('readable', () => resolve(socket));
  });
}

/** Reads, after a while, to the end of the connection; resolves to the bytes that came. */
function rest(socket: Socket): Promise<number> {
  return new Promise((resolve) => {
    let bytes = 0;
    setTimeout(() => socket.on('data', (chunk: Buffer) => (bytes += chunk.length)), 1000);
    socket.on('error', () => resolve(bytes)).on('close', () => resolve(bytes));
  });
}
