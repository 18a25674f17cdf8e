import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, constants, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { request } from 'node:https';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Certificate } from '../support/certificate.js';
import { Forebay } from '../support/forebay.js';

const ends: (() => unknown)[] = [];
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

let certificate: Certificate;
let forebay: Forebay;
const bigBody = Buffer.alloc(3_000_000, 'x');

beforeAll(async () => {
  certificate = await Certificate.make('first');
  const origin = createServer((incoming, response) => {
    if (incoming.url === '/broken') {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': '2000000' });
      response.write(Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1000)]));
      setImmediate(() => response.destroy());
      return;
    }
    const body = incoming.url === '/big' ? bigBody : Buffer.from(JSON.stringify(incoming.headers));
    const type = incoming.url === '/big' ? 'text/plain' : 'application/json';
    response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=60' });
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(origin, 'listening');
  ends.push(() => {
    origin.closeAllConnections();
    origin.close();
  });
  forebay = await Forebay.start({
    ...certificate.variables,
    UPSTREAM_TYPE: 'custom',
    UPSTREAM_SERVERS: `http://127.0.0.1:${(origin.address() as AddressInfo).port}`,
    NUM_WORKERS: '2',
  });
  ends.push(() => forebay.stop());
});

async function session(): Promise<ClientHttp2Session> {
  const client = connect(`https://localhost:${forebay.port}`, { ca: await certificate.authority() });
  client.on('error', () => undefined);
  ends.push(() => client.destroy());
  return client;
}

function ask(
  client: ClientHttp2Session,
  fields: Record<string, string>,
): Promise<{ headers: IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const stream = client.request(fields);
    const chunks: Buffer[] = [];
    let headers: IncomingHttpHeaders = {};
    stream.on('response', (given) => (headers = given));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve({ headers, body: Buffer.concat(chunks) }));
    stream.end();
  });
}

describe('with a certificate', () => {
  it('speaks HTTP/1.1 with those who do not speak HTTP/2', async () => {
    const ca = await certificate.authority();
    const asked = request({ host: 'localhost', port: forebay.port, path: '/one', ca });
    asked.end();
    const [response] = (await once(asked, 'response')) as [{ statusCode: number; httpVersion: string; resume(): void }];
    response.resume();
    expect(response).toMatchObject({ statusCode: 200, httpVersion: '1.1' });
  });

  it('speaks HTTP/2: misses, hits, ranges and conditions as over HTTP/1.1', async () => {
    const client = await session();
    const miss = await ask(client, { ':path': '/two?a=1', 'x-mine': 'yes' });
    expect(miss.headers).toMatchObject({ ':status': 200, 'x-cache': 'MISS' });
    const seen = JSON.parse(miss.body.toString()) as Record<string, string>;
    expect(Object.keys(seen).filter((name) => name.startsWith(':'))).toEqual([]);
    expect(seen['x-mine']).toBe('yes');
    const hit = await ask(client, { ':path': '/two?a=1' });
    expect(hit.headers['x-cache']).toMatch(/HIT|MISS/);
    expect(hit.headers).not.toHaveProperty('connection');
    const part = await ask(client, { ':path': '/two?a=1', range: 'bytes=0-3' });
    expect(part.headers).toMatchObject({ ':status': 206, 'content-length': '4' });
    const etag = String(hit.headers['etag']);
    expect((await ask(client, { ':path': '/two?a=1', 'if-none-match': etag })).headers[':status']).toBe(304);
  });

  it('serves many streams of one connection at once, and large bodies with back-pressure', async () => {
    const client = await session();
    const bodies = await Promise.all(Array.from({ length: 20 }, () => ask(client, { ':path': '/big' })));
    expect(bodies.map(({ headers, body }) => [headers[':status'], body.length])).toEqual(
      bodies.map(() => [200, bigBody.length]),
    );
    for (const { body } of bodies) expect(body.equals(bigBody)).toBe(true);
  });

  it('resets the stream of a body that breaks off, and leaves the others of the connection alone', async () => {
    const client = await session();
    const broken = ask(client, { ':path': '/broken' });
    const fine = ask(client, { ':path': '/two?b=1' });
    await expect(broken).rejects.toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    expect((await fine).headers[':status']).toBe(200);
    expect((await ask(client, { ':path': '/two?c=1' })).headers[':status']).toBe(200);
  });

  it('answers the management interface and refusals over HTTP/2 too', async () => {
    const client = await session();
    expect((await ask(client, { ':path': '/health' })).headers[':status']).toBe(200);
    expect((await ask(client, { ':path': '/status' })).headers[':status']).toBe(200);
    expect((await ask(client, { ':path': '/status', ':authority': 'evil.example' })).headers[':status']).toBe(403);
    expect((await ask(client, { ':path': '/a%zz' })).headers[':status']).toBe(400);
    expect((await ask(client, { ':path': '/a', ':method': 'DELETE' })).headers[':status']).toBe(405);
  });

  it('is found alive by its own health check', async () => {
    const run = promisify(execFile);
    const env = { PATH: process.env['PATH'], PORT: String(forebay.port), HOST: '127.0.0.1', ...certificate.variables };
    await expect(run(process.execPath, [...Forebay.command, 'healthcheck'], { env })).resolves.toBeDefined();
  });

  it('takes up a new certificate without a restart, and no unfit one', async () => {
    const standing = await session();
    await writeFile(certificate.variables.TLS_KEY, 'half a file');
    await forebay.event('certificate_refused');
    expect(await subject()).toBe('first');
    await certificate.renew('second');
    await expect.poll(workersWithNewCertificate, { timeout: 10_000 }).toBe(2);
    expect(await subject()).toBe('second');
    expect((await ask(standing, { ':path': '/two?d=1' })).headers[':status']).toBe(200);
  });

  it('tells clients to go elsewhere when it stops, and ends what is under way', async () => {
    const client = await session();
    await ask(client, { ':path': '/two?e=1' });
    const goaway = once(client, 'goaway');
    const large = client.request({ ':path': '/big' });
    const chunks: Buffer[] = [];
    large.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(large, 'response');
    forebay.process.kill('SIGTERM');
    expect((await goaway)[0]).toBe(constants.NGHTTP2_NO_ERROR);
    await once(large, 'end');
    expect(Buffer.concat(chunks).equals(bigBody)).toBe(true);
    expect(await forebay.exit).toBe(0);
  });
});

function workersWithNewCertificate(): number {
  const lines = forebay.output.filter((line) => line.includes('"event":"certificate_reloaded"'));
  return new Set(lines.map((line) => (JSON.parse(line) as { readonly worker: number }).worker)).size;
}

async function subject(): Promise<unknown> {
  const socket = connectTls({
    host: 'localhost',
    port: forebay.port,
    servername: 'localhost',
    rejectUnauthorized: false,
  });
  await once(socket, 'secureConnect');
  const name = socket.getPeerCertificate().subject.CN;
  socket.destroy();
  return name;
}

it('does not start with a certificate that cannot be used, and says which', async () => {
  await expect(Forebay.start({ ...certificate.variables, TLS_KEY: 'missing.key' })).rejects.toThrow(
    /TLS_CERT and TLS_KEY .*missing\.key.* are not a certificate and its key/,
  );
  await expect(Forebay.start({ TLS_CERT: certificate.variables.TLS_CERT })).rejects.toThrow(/TLS_KEY/);
});
