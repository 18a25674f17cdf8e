import { createHash, randomBytes } from 'node:crypto';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { connect as connectTls } from 'node:tls';
import { createReverseProxy, customPreset, RelayPool, type ReverseProxy } from '@forebay/reverse-proxy';
import { describe, expect, it, vi } from 'vitest';
import { cert, key } from '../../../balancer/test/undici/certificate.js';
import { atEnd, RawOrigin, take } from './support.js';

const MEGABYTE = 1024 * 1024;
// More than the kernel keeps for a connection, so that writes do block.
const bodies = new Map(['/a', '/b', '/c'].map((path) => [path, randomBytes(14 * MEGABYTE)]));
const sumOf = (bytes: Buffer | undefined): string =>
  createHash('sha1')
    .update(bytes ?? '')
    .digest('hex');

async function listen(server: Pick<Server, 'listen' | 'address' | 'close'>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  atEnd(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function mount(origin: string, secure = false): Promise<{ readonly port: number; readonly proxy: ReverseProxy }> {
  const upstreams = { origins: [{ url: origin, connections: 3 }], connect: { ca: cert } };
  const proxy = createReverseProxy({ preset: customPreset(), upstreams, sendTimeout: 1000 });
  const serve: RequestListener = (incoming, response) => void proxy.handle(incoming, response);
  const server = secure ? createTlsServer({ cert, key }, serve) : createHttpServer(serve);
  const port = await listen(server);
  atEnd(() => {
    server.closeAllConnections();
    return proxy.close();
  });
  return { port, proxy };
}

/** Reads in fits and starts, so that the proxy's writes block again and again. */
function readSlowly(port: number, path: string, protocol: string): Promise<string> {
  const secure = protocol.endsWith('over TLS');
  return new Promise((resolve, reject) => {
    const ask = (): void => {
      socket.write(`GET ${path} ${protocol.slice(0, 8)}\r\nhost: x\r\nconnection: close\r\n\r\n`);
    };
    const socket = secure ? connectTls({ port, host: 'localhost', ca: cert }, ask) : connect(port, '127.0.0.1', ask);
    const chunks: Buffer[] = [];
    let unread = 0;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      unread += chunk.length;
      if (unread < MEGABYTE) return;
      unread = 0;
      socket.pause();
      setTimeout(() => socket.resume(), 5);
    });
    socket.pause();
    setTimeout(() => socket.resume(), 100);
    socket.on('error', reject);
    socket.on('end', () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf('\r\n\r\n');
      const head = all.toString('latin1', 0, end).toLowerCase();
      const body = all.subarray(end + 4);
      resolve(sumOf(head.includes('transfer-encoding: chunked') ? dechunked(body) : body));
    });
  });
}

function dechunked(coded: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < coded.length;) {
    const end = coded.indexOf('\r\n', at);
    const size = Number.parseInt(coded.toString('latin1', at, end), 16);
    parts.push(coded.subarray(end + 2, end + 2 + size));
    at = end + 4 + size;
  }
  return Buffer.concat(parts);
}

describe('memory that is lent', () => {
  it.each([
    ['http', 'with a length', 'HTTP/1.1'],
    ['http', 'in chunks', 'HTTP/1.1'],
    ['http', 'in chunks', 'HTTP/1.0'],
    ['https', 'with a length', 'HTTP/1.1'],
    ['https', 'in chunks', 'HTTP/1.1'],
    ['http', 'with a length', 'HTTP/1.1 over TLS'],
  ] as const)(
    'is not written over while a slow client still reads it: %s, %s, to %s',
    async (scheme, framing, protocol) => {
      const answer: Parameters<typeof createHttpServer>[1] = (request, response) => {
        const body = bodies.get(request.url ?? '');
        response.writeHead(200, framing === 'in chunks' ? {} : { 'content-length': body?.length });
        response.end(body);
      };
      const server = scheme === 'http' ? createHttpServer(answer) : createTlsServer({ cert, key }, answer);
      const { port, proxy } = await mount(
        `${scheme}://localhost:${await listen(server)}`,
        protocol.endsWith('over TLS'),
      );
      atEnd(() => server.closeAllConnections());
      const paths = [...bodies.keys(), '/a', '/b'];
      const sums = await Promise.all(paths.map((path) => readSlowly(port, path, protocol)));
      expect(sums).toEqual(paths.map((path) => sumOf(bodies.get(path))));
      expect(proxy.upstreams.status()[0]?.pool.running).toBe(0);
    },
  );

  it('keeps a connection from its next request until it is given back', async () => {
    const origin = await RawOrigin.start((socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'));
    const pool = new RelayPool(origin.url);
    atEnd(() => pool.destroy());
    let lent: Buffer | undefined;
    let giveBack: () => void = () => undefined;
    await new Promise<void>((resolve, reject) => {
      pool.dispatch(
        { origin: origin.url, path: '/', method: 'GET', lend: true },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (controller, chunk) => {
            lent = chunk;
            controller.pause();
            giveBack = () => controller.resume();
          },
          onResponseEnd: () => resolve(),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
    await take(pool);
    expect([origin.connections, lent?.toString()]).toEqual([2, 'hello']);
    giveBack();
    await take(pool);
    await take(pool);
    expect(origin.connections).toBe(2);
  });

  it('goes with a client that leaves, whose upstream connection is closed within a second', async () => {
    const origin = await RawOrigin.start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n');
      const more = (): void => {
        if (!socket.destroyed && socket.write(Buffer.alloc(65_536))) setImmediate(more);
        else socket.once('drain', more);
      };
      more();
    });
    const { port } = await mount(origin.url);
    for (const wait of [10, 300]) {
      const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'));
      await new Promise((resolve) => socket.once('data', resolve));
      socket.pause();
      await new Promise((resolve) => setTimeout(resolve, wait));
      socket.destroy();
      await vi.waitFor(() => expect(origin.sockets.size).toBe(0), { timeout: 1000 });
    }
  });

  it('is freed of a client that takes nothing', async () => {
    const origin = await RawOrigin.start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n');
      socket.write(Buffer.alloc(50_000_000));
    });
    const { port } = await mount(origin.url);
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'));
    socket.pause();
    await vi.waitFor(() => expect(origin.sockets.size).toBe(1));
    await vi.waitFor(() => expect(origin.sockets.size).toBe(0), { timeout: 4000 });
    socket.destroy();
  });
});
