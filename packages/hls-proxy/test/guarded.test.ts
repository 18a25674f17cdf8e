import { afterEach, describe, expect, it } from 'vitest';
import { createViewerTokens } from '@forebay/guard';
import { createAccess, createSessions, memorySessionStore, type Sessions, type SessionStore } from '@forebay/hls-proxy';
import { memoryCache, Mounted, until } from './support/mounted.js';
import { files, live, Origin } from './support/origin.js';

const SECRET = 'a secret of the operator’s';
const tokens = createViewerTokens({ secrets: [SECRET] });
const query = (path: string, seconds = 3600): string =>
  tokens.query({ uid: 'ada', path, expires: Math.floor(Date.now() / 1000) + seconds });

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const STREAM = files({
  '/live/main.m3u8': '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nlow.m3u8?quality=low\n',
  '/live/low.m3u8': live(1).replace('#EXTINF', '#EXT-X-KEY:METHOD=AES-128,URI="key.bin"\n#EXTINF'),
  '/live/other.m3u8': live(1),
  '/live/seg1.ts': 'segment',
  '/live/key.bin': '0123456789abcdef',
  '/live/slow.ts': (_request, response) => {
    response.writeHead(200, { 'content-type': 'video/mp2t', 'content-length': 1000 }).write('beginning');
  },
});

async function mount(
  store: SessionStore = memorySessionStore(),
): Promise<{ upstream: Origin; proxy: Mounted; sessions: Sessions }> {
  const upstream = await Origin.start(STREAM);
  const sessions = createSessions({ store });
  const access = createAccess({ sessions, mount: '/hls/', secrets: ['another'], tokenSecrets: [SECRET] });
  const proxy = await Mounted.start({ upstreams: [upstream.url], access, cache: memoryCache() });
  ends.push(
    () => upstream.stop(),
    () => sessions.close(),
    () => proxy.stop(),
  );
  return { upstream, proxy, sessions };
}

const firstUri = (text: string): string => text.split('\n').find((line) => line.startsWith('/')) ?? '';

describe('a stream behind tokens', () => {
  it('is open to whoever has one, all the way down, and to nobody else', async () => {
    const { upstream, proxy } = await mount();
    const main = await proxy.get(`/hls/live/main.m3u8?${query('/live/main.m3u8')}&start=5`);
    const low = await proxy.get(`${firstUri(main.text)}&_HLS_msn=4`);
    const segment = await proxy.get(firstUri(low.text));
    expect([main.status, low.status, segment.text]).toEqual([200, 200, 'segment']);
    expect(upstream.asked).toEqual([
      '/live/main.m3u8?start=5',
      '/live/low.m3u8?quality=low&_HLS_msn=4',
      '/live/seg1.ts',
    ]);
    expect(JSON.stringify(proxy.answered)).not.toMatch(/token=|fb=/);

    const before = upstream.requests.length;
    const grant = firstUri(low.text).replace(/^.*fb=/, '');
    for (const path of [
      '/hls/live/main.m3u8',
      `/hls/live/other.m3u8?${query('/live/main.m3u8')}`,
      `/hls/live/main.m3u8?${query('/live/main.m3u8', -1)}`,
      `/hls/live/main.m3u8?${query('/live/main.m3u8').replace('ada', 'eve')}`,
      '/hls/live/seg1.ts',
      `/hls/live/seg2.ts?fb=${grant}`,
      `/hls/live/seg1.ts?more=1&fb=${grant}`,
      firstUri(low.text).replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      firstUri(main.text).replace('low', 'other'),
    ]) {
      const refused = await proxy.get(path);
      expect([path, refused.status, refused.headers['access-control-allow-origin']]).toEqual([path, 403, '*']);
    }
    expect(upstream.requests).toHaveLength(before);
  });

  it('lets no viewer have the playlist as it was before its URIs were led through the proxy', async () => {
    const { proxy } = await mount();
    for (const more of ['x=.ts', 'a=b.json', 'x=/1.mp4']) {
      const { text } = await proxy.get(`/hls/live/main.m3u8?${query('/live/main.m3u8')}&${more}`);
      expect(firstUri(text)).toMatch(/^\/hls\/live\/low\.m3u8\?quality=low&fb=/);
    }
  });

  it('has its segments and keys fetched as they were named, whatever a viewer adds', async () => {
    const { upstream, proxy } = await mount();
    const { text } = await proxy.get(`/hls/live/low.m3u8?${query('/live/low.m3u8')}`);
    const key = /URI="([^"]+)"/.exec(text)?.[1] ?? '';
    for (const more of ['_HLS_x=1', '_HLS_msn=4', 'CMCD=bl%3D5'])
      expect((await proxy.get(`${firstUri(text)}&${more}`)).text).toBe('segment');
    expect((await proxy.get(`${key}&_HLS_msn=1`)).status).toBe(200);
    expect(upstream.asked).toEqual(['/live/low.m3u8', '/live/seg1.ts', '/live/key.bin']);
  });

  it('has a segment at its live edge asked for once more, whichever process gave the playlist', async () => {
    const store = memorySessionStore();
    const [one, other] = [await mount(store), await mount(store)];
    const segment = firstUri((await one.proxy.get(`/hls/live/low.m3u8?${query('/live/low.m3u8')}`)).text);
    let missing = 1;
    other.upstream.script = (_request, response) => {
      missing -= 1;
      response.writeHead(missing < 0 ? 200 : 404, { 'content-type': 'video/mp2t' }).end();
    };
    expect((await other.proxy.get(segment)).status).toBe(200);
    expect(other.upstream.requests).toHaveLength(2);
  });

  it('gives its keys out a few times, and keeps none', async () => {
    const { upstream, proxy } = await mount();
    const main = await proxy.get(`/hls/live/low.m3u8?${query('/live/low.m3u8')}`);
    const key = /URI="([^"]+)"/.exec(main.text)?.[1] ?? '';
    const statuses: number[] = [];
    for (let use = 0; use < 10; use += 1) statuses.push((await proxy.get(key)).status);
    expect(statuses).toEqual([...Array.from({ length: 8 }, () => 200), 403, 403]);
    expect(upstream.asked.filter((url) => url === '/live/key.bin')).toHaveLength(8);
  });

  it('ends for a viewer at once: what is on its way is cut, and no link is good any more', async () => {
    const { upstream, proxy, sessions } = await mount();
    upstream.script = (request, response) => {
      if (request.url === '/live/a.m3u8') response.end('#EXTM3U\n#EXTINF:1,\nslow.ts\n');
      else STREAM(request, response);
    };
    const uri = firstUri((await proxy.get(`/hls/live/a.m3u8?${query('/live/a.m3u8')}`)).text);
    const slow = proxy.get(uri).catch((error: Error) => error.message);
    await until(() => proxy.proxy.transfers().length === 1, 'it is on its way');
    const [transfer] = proxy.proxy.transfers();
    expect(transfer?.path).toBe('/live/slow.ts');
    await sessions.end(transfer?.sessionId ?? '');
    expect(await slow).toMatch(/ECONNRESET|aborted|socket hang up/);
    expect((await proxy.get(uri)).status).toBe(403);
    await until(() => upstream.hangUps > 0, 'the upstream is let go');
    expect(proxy.proxy.transfers()).toEqual([]);
  });
});
