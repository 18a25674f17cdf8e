import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { createTieredCache, memoryTier } from '@forebay/cache-tiers';
import { createConnector } from '@forebay/guard';
import type { HlsProxyOptions } from '@forebay/hls-proxy';
import type { StoredMeta } from '@forebay/reverse-proxy';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryCache, Mounted, until } from '../support/mounted.js';
import { openAccess, RecordingSession } from '../support/open-access.js';
import { files, Origin, type Script } from '../support/origin.js';

const bytes = randomBytes(300_000);
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function mount(
  script: Script,
  more: Partial<HlsProxyOptions> = {},
): Promise<{ readonly origin: Origin; readonly proxy: Mounted; readonly session: RecordingSession }> {
  const origin = await Origin.start(script);
  const cache = createTieredCache<StoredMeta>({ tiers: [memoryTier({ maxBytes: 8_000_000 })] });
  const session = new RecordingSession();
  const proxy = await Mounted.start({ upstreams: [origin.url], cache, access: openAccess(session), ...more });
  ends.push(
    () => Promise.resolve(cache.close()),
    () => origin.stop(),
    () => proxy.stop(),
  );
  return { origin, proxy, session };
}

/** Serves `bytes`, ranges included. */
const ranged: Script = (request, response) => {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const from = first === undefined && request.headers.range !== undefined ? bytes.length - 1000 : Number(first ?? 0);
  const to = last === undefined || last === '' ? bytes.length - 1 : Math.min(Number(last), bytes.length - 1);
  response.writeHead(request.headers.range === undefined ? 200 : 206, {
    'content-type': 'video/mp4',
    etag: '"one"',
    'content-length': to - from + 1,
    ...(request.headers.range !== undefined && { 'content-range': `bytes ${from}-${to}/${bytes.length}` }),
  });
  response.end(bytes.subarray(from, to + 1));
};

describe('a segment', () => {
  it('is fetched once for all who ask meanwhile, who get its bytes as they come', async () => {
    let finish: () => void = () => undefined;
    const { origin, proxy } = await mount((_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000));
      finish = () => response.end(bytes.subarray(1000));
    });
    const first = new Promise<string>((resolve) => {
      const socket = connect(proxy.port, '127.0.0.1', () =>
        socket.write('GET /hls/a.ts?k=segment HTTP/1.1\r\nhost: x\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (text.length > 1200) resolve(text);
      });
      ends.push(() => Promise.resolve(void socket.destroy()));
    });
    expect(await first).toContain(bytes.toString('latin1', 0, 900));
    const viewers = Array.from({ length: 20 }, () => proxy.get('/hls/a.ts?k=segment'));
    await until(() => proxy.proxy.transfers().length >= 20, 'all have asked');
    finish();
    for (const { body } of await Promise.all(viewers)) expect(body.equals(bytes)).toBe(true);
    expect(origin.asked).toEqual(['/a.ts']);
    expect((await proxy.get('/hls/a.ts?k=segment')).headers['x-cache']).toBe('HIT');
  });

  it('is fetched in the very parts that playlists name, each of them once', async () => {
    const { origin, proxy } = await mount(ranged);
    const part = (range: string): ReturnType<Mounted['get']> => proxy.get('/hls/a.mp4?k=segment', { range });
    for (let turn = 0; turn < 3; turn += 1) {
      const { status, headers, body } = await part('bytes=1000-1999');
      expect([status, headers['content-range'], body.equals(bytes.subarray(1000, 2000))]).toEqual([
        206,
        `bytes 1000-1999/${bytes.length}`,
        true,
      ]);
    }
    expect((await part('bytes=299000-399999')).body.equals(bytes.subarray(299_000))).toBe(true);
    expect((await part('bytes=-1000')).status).toBe(206);
    expect(origin.requests.map(({ headers }) => headers.range)).toEqual([
      'bytes=1000-1999',
      'bytes=299000-399999',
      'bytes=-1000',
    ]);
    expect((await proxy.get('/hls/a.mp4?k=segment')).body.equals(bytes)).toBe(true);
    expect((await part('bytes=5-9')).headers['x-cache']).toBe('HIT');
    expect(origin.asked).toHaveLength(4);
  });

  it('comes whole in place of a part from an origin without ranges, of which the part is sent', async () => {
    const { proxy } = await mount(files({ '/a.mp4': bytes }));
    const { status, body } = await proxy.get('/hls/a.mp4?k=segment', { range: 'bytes=1000-1999' });
    expect([status, body.equals(bytes.subarray(1000, 2000))]).toEqual([206, true]);
  });

  it('that is missing or refused is just that', async () => {
    const { proxy } = await mount((request, response) => {
      response.writeHead(request.url === '/busy.ts' ? 503 : 404, { 'retry-after': '0' }).end('no');
    });
    expect((await proxy.get('/hls/a.ts?k=segment')).status).toBe(404);
    expect((await proxy.get('/hls/busy.ts?k=segment')).status).toBe(503);
    expect((await proxy.get('/hls/a.ts?k=segment', {}, { method: 'HEAD' })).status).toBe(404);
  });

  it('that is kept stands in for the answers of an origin that fails', async () => {
    let failing = false;
    const { proxy } = await mount((_request, response) => {
      response.writeHead(failing ? 503 : 200, { etag: '"one"' }).end(failing ? 'no' : bytes);
    });
    await proxy.get('/hls/a.ts?k=segment');
    failing = true;
    const { status, headers, body } = await proxy.get('/hls/a.ts?k=segment', { 'cache-control': 'no-cache' });
    expect([status, headers['x-cache'], body.equals(bytes)]).toEqual([200, 'STALE', true]);
  });

  it('at the live edge is asked for once more, a quarter of a target duration later', async () => {
    let missing = 1;
    const { origin, proxy } = await mount((_request, response) => {
      if (missing > 0) {
        missing -= 1;
        return response.writeHead(404).end();
      }
      return response.end(bytes);
    });
    const started = performance.now();
    expect((await proxy.get('/hls/seg4.ts?k=segment&t=2')).body.equals(bytes)).toBe(true);
    expect(performance.now() - started).toBeGreaterThan(450);
    missing = 5;
    expect((await proxy.get('/hls/seg5.ts?k=segment&t=2')).status).toBe(404);
    expect(origin.asked.filter((path) => path === '/seg5.ts')).toHaveLength(2);
    expect((await proxy.get('/hls/seg6.ts?k=segment')).status).toBe(404);
    expect(origin.asked.filter((path) => path === '/seg6.ts')).toHaveLength(1);
  });

  it('is cut off with its session, and listed until then', async () => {
    const { origin, proxy, session } = await mount((_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1000));
    });
    const viewer = proxy.get('/hls/a.ts?k=segment').catch((error: NodeJS.ErrnoException) => error.code);
    await until(() => session.bytes === 1000, 'bytes have gone');
    expect(proxy.proxy.transfers()).toMatchObject([{ sessionId: 'session', path: '/a.ts', bytes: 1000 }]);
    session.end();
    expect(await viewer).toBe('ECONNRESET');
    await until(() => proxy.proxy.transfers().length === 0, 'the transfer is over');
    await until(() => origin.hangUps === 1, 'the origin is left alone');
  });

  it('is cut off with its session when it comes from memory, too', async () => {
    const large = Buffer.alloc(7_000_000, 1);
    const { proxy, session } = await mount(files({ '/a.ts': large }), { cache: memoryCache() });
    await proxy.get('/hls/a.ts?k=segment');
    const viewer = connect(proxy.port, '127.0.0.1', () =>
      viewer.write('GET /hls/a.ts?k=segment HTTP/1.1\r\nhost: x\r\n\r\n'),
    );
    await until(() => proxy.hits === 1, 'it was found');
    expect(proxy.proxy.transfers()).toMatchObject([{ sessionId: 'session', path: '/a.ts' }]);
    const over = new Promise((resolve) => viewer.on('error', () => undefined).on('close', resolve));
    let received = 0;
    session.end();
    viewer.on('data', (chunk: Buffer) => (received += chunk.length));
    await over;
    expect(received).toBeLessThan(large.length);
    await until(() => proxy.proxy.transfers().length === 0, 'the transfer is over');
    expect(session.bytes).toBe(2 * large.length);
  });

  it('counts for its session however it is served', async () => {
    const { proxy, session } = await mount(files({ '/a.ts': bytes, '/b.key': Buffer.alloc(16) }));
    await proxy.get('/hls/a.ts?k=segment');
    await proxy.get('/hls/a.ts?k=segment');
    expect([proxy.hits, session.bytes]).toEqual([1, 2 * bytes.length]);
    await proxy.get('/hls/b.key?k=key');
    const response = await proxy.proxy.fetch(new Request('http://proxy/hls/a.ts?k=segment'));
    expect((await response.arrayBuffer()).byteLength).toBe(bytes.length);
    expect(session.bytes).toBe(3 * bytes.length + 16);
  });
});

describe('a key', () => {
  it('is kept nowhere, and its origin judges conditions', async () => {
    const { origin, proxy } = await mount(files({ '/a.key': Buffer.alloc(16, 1), '/plain': Buffer.alloc(16, 2) }));
    for (const path of ['/hls/a.key?k=key', '/hls/plain?k=key']) {
      for (let turn = 0; turn < 2; turn += 1)
        expect((await proxy.get(path, { 'if-none-match': '"x"' })).headers['x-cache']).toBe('BYPASS');
    }
    expect(origin.requests.map(({ headers }) => headers['if-none-match'])).toEqual(Array(4).fill('"x"'));
    expect(proxy.hits).toBe(0);
  });
});

describe('a redirect', () => {
  const elsewhere = createConnector({ allow: () => true });

  it('is followed within the proxy, to another path or another host, and kept under the first address', async () => {
    const cdn = await Origin.start(files({ '/x/a.ts': bytes }));
    ends.push(() => cdn.stop());
    const table = files({ '/real/b.ts': bytes });
    const { origin, proxy } = await mount(
      (request, response) => {
        if (request.url === '/a.ts') return response.writeHead(302, { location: `${cdn.url}/x/a.ts?sig=1` }).end();
        if (request.url === '/b.ts') return response.writeHead(307, { location: '../real/b.ts' }).end();
        return table(request, response);
      },
      { connect: elsewhere },
    );
    for (const path of ['/hls/a.ts?k=segment', '/hls/b.ts?k=segment']) {
      for (let turn = 0; turn < 2; turn += 1) {
        const { status, headers, body } = await proxy.get(path);
        expect([status, headers.location, body.equals(bytes)]).toEqual([200, undefined, true]);
      }
    }
    expect([origin.asked, cdn.asked]).toEqual([['/a.ts', '/b.ts', '/real/b.ts'], ['/x/a.ts?sig=1']]);
    expect(JSON.stringify(proxy.answered)).not.toContain('sig');
  });

  it.each(['http://127.0.0.1:9/a', 'file:///etc/passwd', 'http://user:word@example.org/', 'gopher://x/', '/a.ts'])(
    'to %s is not followed, nor passed on',
    async (location) => {
      const { proxy } = await mount((_request, response) => response.writeHead(302, { location }).end());
      const { status, headers } = await proxy.get('/hls/a.ts?k=segment');
      expect([status, headers.location]).toEqual([502, undefined]);
    },
  );

  it('of another host never leads back to our own upstreams', async () => {
    const inner = { url: '' };
    const cdn = await Origin.start((_request, response) =>
      response.writeHead(302, { location: `${inner.url}/secret.ts` }).end(),
    );
    ends.push(() => cdn.stop());
    const { origin, proxy } = await mount(files({ '/secret.ts': bytes }), {
      connect: createConnector({ allow: [new URL(cdn.url).host] }),
    });
    inner.url = origin.url;
    const foreign = Buffer.from(`${cdn.url}/a.ts`).toString('base64url');
    expect((await proxy.get(`/hls/@/${foreign}?k=segment`)).status).toBe(502);
    expect(origin.asked).toEqual([]);
  });
});
