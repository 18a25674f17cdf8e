import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Origin, picture, sendPicture } from './support/origin.js';
import { MountedProxy, until, type Reply } from './support/proxy.js';

const PATH = '/t/p/w500/poster.png';
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function origin(script?: Parameters<typeof Origin.start>[0]): Promise<Origin> {
  const started = await Origin.start(script);
  ends.push(() => started.stop());
  return started;
}

/** An origin that speaks bytes instead of HTTP. */
async function rawOrigin(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).once('data', () => serve(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function mount(
  upstreams: readonly string[],
  more: Partial<Parameters<typeof MountedProxy.start>[0]> = {},
): Promise<MountedProxy> {
  const proxy = await MountedProxy.start({
    upstreams: { origins: upstreams, headersTimeout: 300, deadline: 2000, balancer: { random: () => 0.5 } },
    ...more,
  });
  ends.push(() => proxy.stop());
  return proxy;
}

const detail = (reply: Reply): string => (JSON.parse(reply.body.toString()) as { detail: string }).detail;
const head = (length: number, type = 'image/png'): string =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

describe('an upstream that fails', () => {
  it('by refusing connections is passed over for one that answers', async () => {
    const gone = await Origin.start();
    const url = gone.url;
    await gone.stop();
    const good = await origin();
    const proxy = await mount([url, good.url]);
    for (let index = 0; index < 6; index += 1) expect((await proxy.get(`/t/p/w500/${index}.png`)).status).toBe(200);
  });

  it('by refusing connections, with no other, is 502', async () => {
    const gone = await Origin.start();
    const url = gone.url;
    await gone.stop();
    const reply = await (await mount([url])).get(PATH);
    expect(reply.status).toBe(502);
    expect(detail(reply)).not.toContain('127.0.0.1');
  });

  it('by hanging before its answer is 504, and passed over where there is another', async () => {
    const hanging = await origin(() => undefined);
    expect((await (await mount([hanging.url])).get(PATH)).status).toBe(504);
    const good = await origin();
    const proxy = await mount([hanging.url, good.url]);
    for (let index = 0; index < 2; index += 1) expect((await proxy.get(`/t/p/w500/${index}.png`)).status).toBe(200);
  });

  it.each([
    [
      'closes early',
      (socket: Socket) => socket.end(head(20_000) + picture().subarray(0, 900).toString('latin1'), 'latin1'),
    ],
    [
      'resets amid the body',
      (socket: Socket) =>
        socket.write(head(20_000) + picture().subarray(0, 900).toString('latin1'), 'latin1', () =>
          socket.resetAndDestroy(),
        ),
    ],
  ])('and %s resets the client and leaves nothing stored', async (_name, serve) => {
    const proxy = await mount([await rawOrigin(serve)]);
    await expect(proxy.get(PATH)).rejects.toThrow(/aborted|reset|hang up/i);
    expect(proxy.cache.peek(`image:${PATH}`)).toBeUndefined();
  });

  it('by sending more than it said gives no client and no cache a byte too much', async () => {
    const proxy = await mount([
      await rawOrigin((socket) => socket.end(`${head(1000)}${picture(5000).toString('latin1')}`, 'latin1')),
    ]);
    const reply = await proxy.get(PATH);
    expect(reply.body.equals(picture(5000).subarray(0, 1000))).toBe(true);
    expect(proxy.cache.peek(`image:${PATH}`)?.bytes).toHaveLength(1000);
  });

  it.each([
    ['HTML as image/jpeg', { 'content-type': 'image/jpeg' }],
    ['HTML as HTML', { 'content-type': 'text/html' }],
    ['no content type', {}],
  ])('by sending %s is passed over, and 502 where it is alone', async (_name, headers) => {
    const liar = await origin((_request, response) =>
      response.writeHead(200, headers).end('<!doctype html><p>Sign in'),
    );
    const alone = await mount([liar.url]);
    expect((await alone.get(PATH)).status).toBe(502);
    const proxy = await mount([liar.url, (await origin()).url]);
    for (let index = 0; index < 2; index += 1)
      expect((await proxy.get(`/t/p/w500/${index}.png`)).body.equals(picture())).toBe(true);
  });

  it('by sending garbage instead of a header is 502', async () => {
    const proxy = await mount([await rawOrigin((socket) => socket.end('HTTP/1.1 200 OK\r\nBad Header\r\n\r\nxx'))]);
    expect((await proxy.get(PATH)).status).toBe(502);
  });

  it('with control characters in a header does not break the answer', async () => {
    const proxy = await mount([
      await rawOrigin((socket) =>
        socket.end(
          `HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nX-Odd: caf\u00e9\u0001\r\nContent-Length: 100\r\n\r\n${picture(100).toString('latin1')}`,
          'latin1',
        ),
      ),
    ]);
    const reply = await proxy.get(PATH);
    expect([200, 502]).toContain(reply.status);
    if (reply.status === 200) expect(reply.headers['x-odd'] ?? '').not.toContain('\u0001');
  });

  it('by sending more than the limit is refused', async () => {
    const big = await origin(sendPicture(picture(50_000)));
    const announced = await mount([big.url], { maxBodyBytes: 10_000 });
    expect((await announced.get(PATH)).status).toBe(502);
    const silent = await origin((_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end(picture(500_000)),
    );
    const unannounced = await mount([silent.url], { maxBodyBytes: 10_000 });
    await expect(
      unannounced.get(PATH).then(({ status }) => (status === 502 ? Promise.reject(new Error('reset')) : status)),
    ).rejects.toThrow();
    expect(unannounced.cache.peek(`image:${PATH}`)).toBeUndefined();
  });

  it('with 5xx is passed over; alone, it is 502', async () => {
    const failing = await origin((_request, response) => response.writeHead(503).end());
    expect((await (await mount([failing.url])).get(PATH)).status).toBe(502);
    const proxy = await mount([failing.url, (await origin()).url]);
    for (let index = 0; index < 4; index += 1) expect((await proxy.get(`/t/p/w500/${index}.png`)).status).toBe(200);
  });

  it('with 404 is asked once, believed, and not blamed', async () => {
    const empty = await origin((_request, response) =>
      response.writeHead(404, { 'content-type': 'text/plain' }).end('no such image'),
    );
    const proxy = await mount([empty.url]);
    for (let index = 0; index < 5; index += 1) {
      const reply = await proxy.get(PATH);
      expect(reply.status).toBe(404);
      expect(reply.body.toString()).toBe('no such image');
    }
    expect(empty.requests).toHaveLength(1);
    // Errors are kept in memory alone: nobody can push pictures off the disk with them.
    expect(proxy.cache.peek(`image:${PATH}`)?.head.tierTtls).toMatchObject({ disk: 0, redis: 0 });
    expect(proxy.proxy.upstreams.status()[0]).toMatchObject({ failures: 0, circuit: 'closed' });
  });

  it('with 429 is left alone as long as it asks, without blame', async () => {
    const limited = await origin((_request, response) => response.writeHead(429, { 'retry-after': '7' }).end());
    const proxy = await mount([limited.url]);
    const reply = await proxy.get(PATH);
    expect(reply.status).toBe(429);
    expect(reply.headers['retry-after']).toBe('7');
    await proxy.get('/t/p/w500/other.png');
    expect(limited.requests.length).toBeLessThanOrEqual(2);
    expect(proxy.proxy.upstreams.status()[0]?.failures).toBe(0);
  });

  it('with a redirect to itself is not followed round and round', async () => {
    const round = await origin((request, response) => response.writeHead(302, { location: request.url }).end());
    const proxy = await mount([round.url]);
    expect((await proxy.get(PATH)).status).toBe(302);
    expect(round.requests).toHaveLength(1);
  });

  it('entirely is covered by the stale copy, and says so', async () => {
    const failing = await origin(sendPicture(picture(), { 'cache-control': 'max-age=0' }));
    const proxy = await mount([failing.url], { policy: 'respect', staleWhileRevalidate: 0 });
    expect((await proxy.get(PATH)).headers['x-cache']).toBe('MISS');
    failing.script = (_request, response) => response.writeHead(500).end();
    const stale = await proxy.get(PATH);
    expect(stale.status).toBe(200);
    expect(stale.headers['x-cache']).toBe('STALE');
    expect(stale.headers['cache-status']).toMatch(/^forebay; fwd=stale; /);
    expect(stale.body.equals(picture())).toBe(true);
    await failing.stop();
    ends.splice(0, 1);
    expect((await proxy.get(PATH)).headers['x-cache']).toBe('STALE');
    expect((await proxy.get('/t/p/w500/unknown.png')).status).toBeGreaterThanOrEqual(502);
  });
});

describe('clients that leave or dawdle', () => {
  it('amid a body do not disturb the others', async () => {
    let finish: (() => void) | undefined;
    const slow = await origin((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': '20000' });
      response.write(picture().subarray(0, 1000));
      finish = () => response.end(picture().subarray(1000));
    });
    const proxy = await mount([slow.url]);
    const stays = proxy.get(PATH);
    await until(() => finish !== undefined, 'the origin was asked');
    const left = proxy.raw(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await Promise.race([left, new Promise((resolve) => setTimeout(resolve, 50))]);
    finish?.();
    expect((await stays).body.equals(picture())).toBe(true);
  });

  it('free the upstream when the last has left', async () => {
    let closed = false;
    const endless = await origin((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' });
      response.write(picture(1000));
      response.on('close', () => (closed = true));
    });
    const proxy = await mount([endless.url]);
    const { request } = await import('node:http');
    await new Promise<void>((resolve) => {
      const sent = request({ host: '127.0.0.1', port: proxy.port, path: PATH, agent: false }, (response) => {
        response.once('data', () => {
          sent.destroy();
          resolve();
        });
      });
      sent.on('error', () => undefined).end();
    });
    await until(() => closed, 'the upstream connection was closed');
    expect(proxy.proxy.upstreams.status()[0]?.failures).toBe(0);
  });

  it('that take nothing are cut off after the send time-out', async () => {
    const big = await origin(sendPicture(picture(30_000_000)));
    const proxy = await mount([big.url], { sendTimeout: 100 });
    const { connect } = await import('node:net');
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until(() => proxy.answered.length === 1, 'the request was given up');
    expect(String(proxy.answered[0]?.error)).toMatch(/took nothing for 100 ms/);
    socket.destroy();
  });
});
