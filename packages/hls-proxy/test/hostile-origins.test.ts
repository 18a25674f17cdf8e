import { connect, createServer, type AddressInfo } from 'node:net';
import { createGzip } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { createHlsProxy, type HlsProxyOptions } from '@forebay/hls-proxy';
import { memoryCache, Mounted, until } from './support/mounted.js';
import { openAccess, RecordingSession } from './support/open-access.js';
import { files, live, Origin, type Script } from './support/origin.js';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function mount(
  script: Script,
  more: Partial<HlsProxyOptions> = {},
): Promise<{ upstream: Origin; proxy: Mounted }> {
  const upstream = await Origin.start(script);
  const proxy = await Mounted.start({ upstreams: [upstream.url], ...more });
  ends.push(
    () => upstream.stop(),
    () => proxy.stop(),
  );
  return { upstream, proxy };
}

const repeated = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('');

describe('a playlist that is made to do harm', () => {
  it.each([
    ['a million URIs', `#EXTM3U\n${'a\n'.repeat(1_000_000)}`],
    ['a million URIs in one tag', `#EXTM3U\n#EXT-X-FOO:${'URI=a,'.repeat(1_000_000)}`],
    [
      'a variable that grows with each of many references',
      `#EXTM3U\n#EXT-X-DEFINE:NAME="x",VALUE="${'v'.repeat(16_000)}"\n${'{$x}\n'.repeat(20_000)}`,
    ],
    [
      'variables that grow with each other',
      `#EXTM3U\n#EXT-X-DEFINE:NAME="v0",VALUE="vvvvvvvv"\n${repeated(20_000, (index) => `#EXT-X-DEFINE:NAME="v${index + 1}",VALUE="{$v${index}}{$v${index}}"\n`)}`,
    ],
  ])(
    'with %s takes neither memory nor long, and nothing else waits',
    async (_what, text) => {
      const { proxy } = await mount(files({ '/bomb.m3u8': text, '/a.m3u8': live(1) }));
      const before = process.memoryUsage().rss;
      const [bomb, plain] = await Promise.all([proxy.get('/hls/bomb.m3u8'), proxy.get('/hls/a.m3u8')]);
      expect([bomb.status === 502 || bomb.body.length < 2_000_000, plain.status]).toEqual([true, 200]);
      expect(process.memoryUsage().rss - before).toBeLessThan(250e6);
    },
    15_000,
  );

  it('is served where it is merely long: a day of segments of two seconds', async () => {
    const { proxy } = await mount(files({ '/a.m3u8': live(0, 43_200) }));
    const { status, text } = await proxy.get('/hls/a.m3u8');
    expect([status, text.match(/k=segment/g)?.length]).toEqual([200, 43_200]);
  });

  it('that is a bomb of zeros is given up', async () => {
    const { proxy } = await mount((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpegurl', 'content-encoding': 'gzip' });
      const zip = createGzip();
      zip.pipe(response);
      zip.write('#EXTM3U\n');
      zip.end(Buffer.alloc(200 * 1024 * 1024));
    });
    const before = process.memoryUsage().rss;
    expect((await proxy.get('/hls/a.m3u8')).status).toBe(502);
    expect(process.memoryUsage().rss - before).toBeLessThan(400e6);
  });

  it('that never ends is given up', async () => {
    const { upstream, proxy } = await mount((_request, response) => {
      response.writeHead(200, { 'content-type': 'audio/mpegurl' }).write('#EXTM3U\n');
      const more = (): void => {
        while (!response.destroyed && response.write('#EXTINF:2,\nsegment.ts\n'.repeat(1000)));
      };
      response.on('drain', more);
      more();
    });
    expect((await proxy.get('/hls/a.m3u8')).status).toBe(502);
    await until(() => upstream.hangUps === upstream.requests.length, 'the origin is let go');
  });

  it('cannot write lines, attributes or headers of its own', async () => {
    const text = [
      '#EXTM3U',
      '#EXT-X-MEDIA:TYPE=AUDIO,URI=a"b.m3u8,NAME="x"',
      '#EXT-X-KEY:METHOD=AES-128,URI="k%22%0D%0A.bin?a=\t\u0000b"',
      '#EXTINF:1,',
      'a b"c,d\u2028e%0d%0aX-Evil:1.ts',
      '',
    ].join('\n');
    const { proxy } = await mount(files({ '/a.m3u8': text }));
    const reply = await proxy.get('/hls/a.m3u8');
    const lines = reply.text.split('\n');
    expect(lines).toHaveLength(text.split('\n').length);
    expect(lines[1]).toBe('#EXT-X-MEDIA:TYPE=AUDIO,URI=/hls/a%22b.m3u8?k=playlist,NAME="x"');
    expect(lines[2]).toMatch(/^#EXT-X-KEY:METHOD=AES-128,URI="\/hls\/k%22%0D%0A\.bin\?a=[^"]*&k=key"$/);
    expect(lines[4]).toBe('/hls/a%20b%22c,d%E2%80%A8e%0d%0aX-Evil:1.ts?k=segment');
    expect(reply.headers).not.toHaveProperty('x-evil');
  });
});

describe('JSON that is made to do harm', () => {
  it.each([
    [
      'is nested a million times',
      '/a.json?k=steering',
      `{"RELOAD-URI":"x","a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`,
    ],
    ['lists a million assets', '/a.json?k=asset-list', `{"ASSETS":[${'{"URI":"a"},'.repeat(500_000)}{}]}`],
    ['is no object', '/a.json?k=asset-list', '[]'],
    ['has strange names', '/a.json?k=asset-list', '{"__proto__":{"ASSETS":[]},"ASSETS":{"length":5}}'],
  ])('that %s is a 502, or harmless', async (_what, target, text) => {
    const { proxy } = await mount(files({ '/a.json': text, '/a.m3u8': live(1) }));
    const started = performance.now();
    const { status } = await proxy.get(`/hls${target}`);
    expect([200, 502]).toContain(status);
    if (text.length > 1000) expect(status).toBe(502);
    expect(performance.now() - started).toBeLessThan(8000);
    expect((await proxy.get('/hls/a.m3u8')).status).toBe(200);
  });
});

describe('an origin that does not keep to HTTP', () => {
  const rawOrigin = async (bytes: string): Promise<string> => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(Buffer.from(bytes, 'latin1')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const playlist = '#EXTM3U\n#EXTINF:1,\na.ts\n';
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: audio/mpegurl\r\nContent-Length: 24\r\n';

  it.each([
    ['a control character in a field', `${head}Last-Modified: \u0001evil\r\n\r\n${playlist}`],
    ['a bare CR in a field', `${head}Last-Modified: a\rX-Evil: 1\r\n\r\n${playlist}`],
    ['a folded field', `${head}Last-Modified: a\r\n X-Evil: 1\r\n\r\n${playlist}`],
    ['letters beyond ASCII in a field', `${head}Last-Modified: caf\u00e9\r\nRetry-After: \u00e9\r\n\r\n${playlist}`],
    ['lengths that differ', `${head}Content-Length: 3\r\n\r\n${playlist}`],
    ['a length and chunks', `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a status of its own', head.replace('200', '999') + `\r\n${playlist}`],
    ['a head without an end', `${head}${'X-A: b\r\n'.repeat(20_000)}`],
    ['nothing at all', ''],
    ['a page of a mail server', '220 mail.example ESMTP\r\n'],
  ])('but sends %s breaks nothing', async (_what, bytes) => {
    const url = await rawOrigin(bytes);
    const proxy = await Mounted.start({ upstreams: { origins: [url], headersTimeout: 1000, deadline: 1000 } });
    ends.push(() => proxy.stop());
    for (const path of ['/hls/a.m3u8', '/hls/a.m3u8?k=playlist', '/hls/a.ts?k=segment', '/hls/a.json?k=steering']) {
      const outcome = await proxy.get(path).then(
        ({ status, headers }) => (headers['x-evil'] === undefined ? status : 'evil'),
        () => 'reset',
      );
      expect([200, 206, 502, 503, 504, 'reset']).toContain(outcome);
    }
  });
});

describe('an origin that is not the site that it is served from', () => {
  it('sets no cookies there, runs no scripts there, and says nothing of the whole of it', async () => {
    const { proxy } = await mount(
      (_request, response) => {
        response.writeHead(200, {
          'content-type': 'text/html',
          'set-cookie': 'forebay_session=evil',
          'clear-site-data': '"*"',
          'strict-transport-security': 'max-age=1',
          'service-worker-allowed': '/',
          refresh: '0; url=https://evil.example',
          'content-security-policy': 'none',
        });
        response.end('<script>alert(1)</script>');
      },
      { cache: memoryCache() },
    );
    for (const target of ['/hls/a.ts?k=segment', '/hls/a.ts?k=segment', '/hls/a.bin?k=key', '/hls/a.html']) {
      const { status, headers } = await proxy.get(target);
      if (status === 200)
        expect(headers).toMatchObject({
          'content-security-policy': expect.stringContaining('sandbox') as string,
          'x-content-type-options': 'nosniff',
        });
      expect(Object.keys(headers).filter((name) => /cookie|clear|strict|worker|refresh/.test(name))).toEqual([]);
    }
  });
});

describe('clients that do not keep to what players do', () => {
  /** What comes back on one connection. */
  const raw = (port: number, text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text, 'latin1'));
      let all = '';
      socket.setTimeout(1500, () => socket.destroy());
      socket.on('data', (chunk) => (all += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(all));
    });

  it('may speak HTTP/1.0, and are told by the end of the connection what they cannot be told by chunks', async () => {
    const { proxy } = await mount((request, response) => {
      if (request.url?.startsWith('/broken') === true) {
        response.writeHead(200, { 'content-type': 'video/mp2t' }).write('begin');
        setImmediate(() => response.destroy());
      } else if (request.url?.endsWith('.m3u8') === true) response.end(live(1));
      else response.writeHead(200, { 'content-type': 'video/mp2t' }).end('segment');
    });
    for (const kind of ['segment', 'key']) {
      const whole = await raw(proxy.port, `GET /hls/a.ts?k=${kind} HTTP/1.0\r\n\r\n`);
      expect(whole).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(whole).not.toMatch(/transfer-encoding/i);
      expect(whole.endsWith('\r\n\r\nsegment')).toBe(true);
    }
    expect(await raw(proxy.port, 'GET /hls/a.m3u8 HTTP/1.0\r\n\r\n')).toContain('/hls/seg1.ts');
  });

  it('may ask for many things on one connection before the first has come, and get them in turn', async () => {
    const { proxy } = await mount(files({ '/a.m3u8': live(1), '/a.ts': 'A'.repeat(300_000), '/b.ts': 'B'.repeat(10) }));
    const ask = (path: string, last = ''): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n${last}\r\n`;
    const all = await raw(
      proxy.port,
      ask('/hls/a.ts?k=segment') +
        ask('/hls/a.m3u8') +
        ask('/hls/b.ts?k=key') +
        ask('/hls/b.ts?k=segment') +
        ask('/hls/none.ts?k=segment', 'Connection: close\r\n'),
    );
    expect(all.match(/HTTP\/1\.1 \d+/g)).toEqual(
      ['200', '200', '200', '200', '404'].map((status) => `HTTP/1.1 ${status}`),
    );
    expect([all.match(/A{300000}/g)?.length, all.match(/B{10}/g)?.length]).toEqual([1, 2]);
  });

  it.each([
    ['GET http://evil.example/hls/a.m3u8 HTTP/1.1\r\nHost: evil.example', 200],
    ['GET //evil.example/hls/a.m3u8 HTTP/1.1\r\nHost: h', 404],
    ['GET /hls//evil.example/a.m3u8 HTTP/1.1\r\nHost: h', 404],
    ['GET /hls/%2e%2e/a.m3u8 HTTP/1.1\r\nHost: h', 400],
    ['GET /hls/..%2fa.m3u8 HTTP/1.1\r\nHost: h', 400],
    ['GET /hls/..\\a.m3u8 HTTP/1.1\r\nHost: h', 400],
    ['GET /hls/a.m3u8%00 HTTP/1.1\r\nHost: h', 400],
    ['GET /hls/a%0d%0aX-Evil:1.m3u8 HTTP/1.1\r\nHost: h', 404],
    ['GET /hls/@evil.example/a.m3u8 HTTP/1.1\r\nHost: h', 404],
    ['GET /hls/http://evil.example/a.m3u8 HTTP/1.1\r\nHost: h', 404],
    [`GET /hls/a.m3u8?${'x'.repeat(9000)} HTTP/1.1\r\nHost: h`, 414],
    ['TRACE /hls/a.m3u8 HTTP/1.1\r\nHost: h', 405],
    ['POST /hls/a.m3u8 HTTP/1.1\r\nHost: h\r\nContent-Length: 3', 405],
    ['GET /hls/a.m3u8 HTTP/1.1\r\nHost: a\r\nHost: b', 200],
    ['GET /hls/a.m3u8 HTTP/1.1\r\nHost: h\r\nX-Original-URL: /secret\r\nX-HTTP-Method-Override: DELETE', 200],
  ])('who send %s reach nothing that they should not', async (request, status) => {
    const { upstream, proxy } = await mount(files({ '/a.m3u8': live(1) }));
    const all = await raw(proxy.port, `${request}\r\nConnection: close\r\n\r\n`);
    expect(all.split(' ', 2)[1]).toBe(String(status));
    expect(all).not.toMatch(/^x-evil/im);
    for (const { url, headers } of upstream.requests) {
      expect(url).toMatch(/^\//);
      expect(headers.host).toBe(`127.0.0.1:${upstream.port}`);
      expect(Object.keys(headers).filter((name) => /^x-(?!request-id)|cookie|referer/.test(name))).toEqual([]);
    }
  });

  it('have what they call a blocking reload counted as what it is', async () => {
    const { upstream, proxy } = await mount((_request, response) => response.write('beginning'), {
      limits: { requests: 1 },
    });
    const slow = proxy.get('/hls/a.ts?_HLS_msn=1').catch(() => 'cut');
    await until(() => upstream.requests.length === 1, 'it is on its way');
    expect((await proxy.get('/hls/b.ts?_HLS_msn=1')).status).toBe(503);
    await upstream.stop();
    expect(await slow).toBe('cut');
  });

  it('hold at most so many blocking reloads a session', async () => {
    const held: (() => void)[] = [];
    const { proxy } = await mount((_request, response) => held.push(() => response.end(live(1))), {
      access: openAccess(new RecordingSession('ada')),
    });
    const reload = (msn: number): Promise<number> =>
      proxy.get(`/hls/a.m3u8?_HLS_msn=${msn}`).then(({ status }) => status);
    const waiting = Array.from({ length: 16 }, (_, msn) => reload(msn));
    await until(() => held.length === 16, 'all of them wait');
    expect(await reload(99)).toBe(429);
    for (const answer of held.splice(0)) answer();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 200));
    const again = reload(99);
    await until(() => held.length === 1, 'there is room again');
    held[0]?.();
    expect(await again).toBe(200);
  });
});

describe('the door for web requests', () => {
  it('counts a request until its body has gone out, and forgets one that cannot be asked for', async () => {
    const { upstream } = await mount((_request, response) => response.end('segment'));
    const foreign = `/hls/@/${Buffer.from('http://user:word@host.example/a.ts').toString('base64url')}?k=segment`;
    const web = createHlsProxy({ upstreams: [upstream.url], access: openAccess(), limits: { requests: 1 } });
    ends.push(() => web.close());
    const ask = (path: string): Promise<Response> => web.fetch(new Request(`http://any.example${path}`));
    expect((await ask(foreign)).status).toBe(403);
    expect(web.transfers()).toEqual([]);
    const first = await ask('/hls/a.ts?k=segment');
    expect((await ask('/hls/b.ts?k=segment')).status).toBe(503);
    expect(await first.text()).toBe('segment');
    await until(() => web.transfers().length === 0, 'the first is over');
    expect((await ask('/hls/b.ts?k=segment')).status).toBe(200);
  });
});
