import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Certificate } from '../support/certificate.js';
import { Forebay } from '../support/forebay.js';
import { Origin } from '../support/origin.js';

let origin: Origin;
beforeAll(async () => {
  origin = await Origin.start();
});
afterAll(() => origin.die());

describe('a server that is told to stop', () => {
  it('answers the management request that is under way', async () => {
    const forebay = await Forebay.start({ UPSTREAM_SERVERS: origin.url });
    const body = '{"keys":["/a"]}';
    const socket = connect(forebay.port, '127.0.0.1');
    let received = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
    socket.write(`POST /cache/purge HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n{`);
    // Answered after the request before it has been taken up.
    await forebay.ask('/health');
    forebay.process.kill('SIGTERM');
    await forebay.event('server_draining');
    // Longer than connections without a request are given.
    await new Promise((resolve) => setTimeout(resolve, 600));
    socket.write(body.slice(1));
    await once(socket, 'close');
    expect(received).toMatch(/^HTTP\/1\.1 200 [^]*\{"purged":0\}$/);
    expect(await forebay.exit).toBe(0);
  });

  it('waits neither for those who listen to events nor for an answer over HTTP/2 that nobody reads', async () => {
    const certificate = await Certificate.make('stopping');
    const forebay = await Forebay.start({
      ...certificate.variables,
      UPSTREAM_TYPE: 'custom',
      UPSTREAM_SERVERS: origin.url,
      NUM_WORKERS: '2',
    });
    const client = connectHttp2(`https://localhost:${forebay.port}`, { ca: await certificate.authority() });
    client.on('error', () => undefined);
    // Both are never read from.
    const listening = client.request({ ':path': '/api/v1/events' });
    const purge = client.request({ ':path': '/cache/purge', ':method': 'POST' });
    purge.end('{"keys":["/a"]}');
    for (const stream of [listening, purge]) stream.on('error', () => undefined);
    const answered = await Promise.all([once(listening, 'response'), once(purge, 'response')]);
    expect(answered.map(([headers]) => (headers as { ':status': number })[':status'])).toEqual([200, 200]);
    const began = Date.now();
    forebay.process.kill('SIGTERM');
    expect(await forebay.exit).toBe(0);
    expect(Date.now() - began).toBeLessThan(5000);
    client.destroy();
  });
});
