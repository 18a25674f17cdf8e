import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createConnector, type Connector, type DialOptions } from '@forebay/guard';
import { createAccess, createSessions, memorySessionStore, type HlsProxyOptions } from '@forebay/hls-proxy';
import { Mounted } from './support/mounted.js';
import { files, Origin, type Script } from './support/origin.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Names as the test says, and all connections to one origin on loopback; nothing else is ever dialled. */
class Web {
  readonly dialled: string[] = [];
  readonly names = new Map<string, readonly string[][]>();
  readonly connector: Connector;
  readonly #lookups = new Map<string, number>();

  constructor(origin: Origin) {
    this.connector = createConnector({
      resolve: (hostname, callback) => {
        const answers = this.names.get(hostname) ?? [['93.184.216.34']];
        const turn = this.#lookups.get(hostname) ?? 0;
        this.#lookups.set(hostname, turn + 1);
        const addresses = answers[Math.min(turn, answers.length - 1)] ?? [];
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        );
      },
      connect: ({ hostname, addresses }: DialOptions, callback) => {
        this.dialled.push(`${hostname} ${addresses.map(({ address }) => address).join()}`);
        const socket = connectTcp(origin.port, '127.0.0.1', () => callback(null, socket));
        socket.once('error', (error) => callback(error, null));
      },
    });
  }
}

async function mount(
  script: Script,
  elsewhere: Script = files({}),
  more: Partial<HlsProxyOptions> = {},
): Promise<{ upstream: Origin; other: Origin; web: Web; proxy: Mounted }> {
  const [upstream, other] = await Promise.all([Origin.start(script), Origin.start(elsewhere)]);
  const web = new Web(other);
  const sessions = createSessions({ store: memorySessionStore() });
  const access = createAccess({ sessions, mount: '/hls/', secrets: ['a secret of the proxy’s own'] });
  const proxy = await Mounted.start({ upstreams: [upstream.url], access, connect: web.connector, ...more });
  ends.push(
    () => upstream.stop(),
    () => other.stop(),
    () => sessions.close(),
    () => proxy.stop(),
  );
  return { upstream, other, web, proxy };
}

const uriLines = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('/'));
const playlist = (...uris: string[]): string => `#EXTM3U\n${uris.map((uri) => `#EXTINF:2,\n${uri}\n`).join('')}`;

describe('another host', () => {
  it('is reached by the URI that the playlist came with: playlists, and what they name in turn', async () => {
    const { proxy, web, other } = await mount(
      files({ '/a.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://cdn.example/v/b.m3u8?c=1#frag\n' }),
      files({
        '/v/b.m3u8': playlist('seg.ts', 'http://more.example:81/x.ts'),
        '/v/seg.ts': 'segment',
        '/x.ts': 'more',
      }),
    );
    const [child = ''] = uriLines((await proxy.get('/hls/a.m3u8')).text);
    expect(child).toMatch(/^\/hls\/@\/.*#frag$/);
    const media = await proxy.get(child.replace(/#.*/, ''));
    const [segment = '', further = ''] = uriLines(media.text);
    expect([segment, further].every((uri) => uri.startsWith('/hls/@/'))).toBe(true);
    expect((await proxy.get(segment)).text).toBe('segment');
    expect((await proxy.get(further)).text).toBe('more');
    expect(other.asked).toEqual(['/v/b.m3u8?c=1', '/v/seg.ts', '/x.ts']);
    expect(new Set(web.dialled)).toEqual(new Set(['cdn.example 93.184.216.34', 'more.example 93.184.216.34']));
  });

  it('cannot be asked for without the proxy’s signature on it', async () => {
    const { proxy, web, upstream } = await mount(files({ '/a.m3u8': playlist('http://cdn.example/x.ts') }));
    const [uri = ''] = uriLines((await proxy.get('/hls/a.m3u8')).text);
    const sealed = uri.replace(/\?.*/, '');
    const attempts = [
      `/hls/@/${Buffer.from('http://cdn.example/x.ts').toString('base64url')}`,
      '/hls/@/http://cdn.example/x.ts',
      '/hls/@/',
      sealed.replace(/.(\.\w+)$/, (_all, extension: string) => `_${extension}`),
      `${sealed}/../../a`,
      'http://cdn.example/hls/http://cdn.example/x.ts',
      '/hls//cdn.example/x.ts',
      '/hls/http://cdn.example/x.ts',
    ];
    for (const attempt of attempts) expect((await proxy.get(attempt)).status).toBeGreaterThanOrEqual(400);
    expect(web.dialled).toEqual([]);
    expect(upstream.asked.filter((url) => url !== '/a.m3u8').every((url) => url.startsWith('/'))).toBe(true);
  });

  it.each([
    'http://127.0.0.1:9/x.m3u8',
    'http://[::1]:9/x.m3u8',
    'http://169.254.169.254/latest/meta-data/x.m3u8',
    'http://[64:ff9b::7f00:1]/x.m3u8',
    'http://2130706433/x.m3u8',
    'http://localhost./x.m3u8',
    'http://inside.example/x.m3u8',
  ])('that is %s is not connected to, named by a playlist or by a redirect', async (url) => {
    const { proxy, web } = await mount(
      files({
        '/a.m3u8': `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${url}\n#EXT-X-KEY:METHOD=AES-128,URI="${url}"\n`,
        '/moved.m3u8': (_request, response) => response.writeHead(302, { location: url }).end(),
        '/moved.ts': (_request, response) => response.writeHead(302, { location: url }).end(),
        '/far.m3u8': (_request, response) => response.writeHead(302, { location: 'http://cdn.example/hop' }).end(),
      }),
      (_request, response) => response.writeHead(307, { location: url }).end(),
    );
    web.names.set('inside.example', [['93.184.216.34', '10.0.0.5']]);
    const { text } = await proxy.get('/hls/a.m3u8');
    const targets = [
      ...uriLines(text),
      /URI="([^"]+)"/.exec(text)?.[1] ?? '',
      '/hls/moved.m3u8',
      '/hls/moved.ts',
      '/hls/far.m3u8',
    ];
    for (const target of targets) expect([target, (await proxy.get(target)).status]).toEqual([target, 502]);
    expect(web.dialled.filter((host) => !host.startsWith('cdn.example'))).toEqual([]);
  });

  it('whose name comes to mean something else is judged anew at each connection', async () => {
    const { proxy, web, other } = await mount(
      files({ '/a.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nhttp://rebind.example/b.m3u8\n' }),
      (_request, response) => response.writeHead(200, { connection: 'close' }).end('#EXTM3U\n'),
    );
    web.names.set('rebind.example', [['93.184.216.34'], ['127.0.0.1'], ['::ffff:10.0.0.1']]);
    const [uri = ''] = uriLines((await proxy.get('/hls/a.m3u8')).text);
    expect((await proxy.get(uri)).status).toBe(200);
    expect((await proxy.get(`${uri}&_HLS_x=1`)).status).toBe(502);
    expect((await proxy.get(`${uri}&_HLS_x=2`)).status).toBe(502);
    expect(web.dialled).toEqual(['rebind.example 93.184.216.34']);
    expect(other.requests).toHaveLength(1);
  });
});

describe('a redirect', () => {
  const to =
    (location: string): Script =>
    (_request, response) =>
      response.writeHead(302, { location }).end();

  it('is followed, and what the playlist names is where it leads', async () => {
    const { proxy, upstream } = await mount(
      files({
        '/a/old.m3u8': to('/b/new.m3u8?token=1'),
        '/b/new.m3u8': `#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="token"\n#EXTINF:2,\nseg.ts?t={$token}\n`,
        '/b/seg.ts': 'segment',
        '/c/far.m3u8': to('http://cdn.example/d/far.m3u8'),
        '/d/seg.ts': 'ours',
      }),
      files({ '/d/far.m3u8': playlist('seg.ts'), '/d/seg.ts': 'theirs' }),
    );
    const [near = ''] = uriLines((await proxy.get('/hls/a/old.m3u8')).text);
    expect(near).toMatch(/^\/hls\/b\/seg\.ts\?t=1&/);
    expect((await proxy.get(near)).text).toBe('segment');
    const [far = ''] = uriLines((await proxy.get('/hls/c/far.m3u8')).text);
    expect((await proxy.get(far)).text).toBe('theirs');
    expect(upstream.asked).not.toContain('/d/seg.ts');
  });

  it('without an end, or to what is not the web, is a 502', async () => {
    const { proxy, upstream } = await mount(
      files({ '/loop.m3u8': to('/loop.m3u8'), '/file.m3u8': to('file:///etc/passwd'), '/bad.m3u8': to('http://[/') }),
    );
    for (const name of ['loop', 'file', 'bad']) expect((await proxy.get(`/hls/${name}.m3u8`)).status).toBe(502);
    expect(upstream.asked.filter((url) => url === '/loop.m3u8')).toHaveLength(6);
  });
});
