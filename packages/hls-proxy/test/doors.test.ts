import { afterEach, describe, expect, it } from 'vitest';
import { createHlsProxy, type HlsProxyOptions } from '@forebay/hls-proxy';
import { memoryCache, Mounted, until } from './support/mounted.js';
import { openAccess, RecordingSession } from './support/open-access.js';
import { files, live, Origin, type Script } from './support/origin.js';

const ends: (() => Promise<void>)[] = [];
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

const problem = (text: string): unknown => JSON.parse(text);

describe('the proxy', () => {
  it('answers what players’ preflights ask, and refuses other methods', async () => {
    const { proxy } = await mount(files({}));
    const asked = { 'access-control-request-headers': 'range, cmcd-request', origin: 'https://player.example' };
    const preflight = await proxy.get('/hls/a.m3u8', asked, { method: 'OPTIONS' });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': 'range, cmcd-request',
    });
    const refused = await proxy.get('/hls/a.m3u8', {}, { method: 'POST' });
    expect([refused.status, refused.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('words every refusal as a problem that scripts may read', async () => {
    const { proxy } = await mount(files({}));
    for (const [path, status, code] of [
      ['/hls/%zz', 400, 'bad-target'],
      ['/hls/a/../../b', 400, 'bad-target'],
      [`/hls/${'a'.repeat(9000)}`, 414, 'target-too-long'],
      ['/elsewhere', 404, 'not-found'],
    ] as const) {
      const reply = await proxy.get(path, { 'x-request-id': 'mine' });
      expect(reply.status).toBe(status);
      expect(problem(reply.text)).toMatchObject({ type: `urn:forebay:problem:${code}`, status, request_id: 'mine' });
      expect(reply.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'x-request-id': 'mine',
        via: '1.1 forebay',
      });
    }
    const looping = await proxy.get('/hls/a.m3u8', { via: Array.from({ length: 10 }, () => '1.1 forebay').join(', ') });
    expect(looping.status).toBe(508);
  });

  it('turns away what is more than it takes, in all and of a session', async () => {
    const session = new RecordingSession();
    const { upstream, proxy } = await mount(() => undefined, {
      limits: { requests: 1, blockingReloads: 1 },
      access: openAccess(session),
    });
    const leave = new AbortController();
    const waiting = [
      proxy.get('/hls/a.m3u8', {}, { signal: leave.signal }),
      proxy.get('/hls/a.m3u8?_HLS_msn=1', {}, { signal: leave.signal }),
    ].map((reply) => reply.catch(() => 'left'));
    await until(() => upstream.requests.length === 2, 'both are under way');
    for (const path of ['/hls/b.m3u8', '/hls/b.m3u8?_HLS_msn=1']) {
      const refused = await proxy.get(path);
      expect([refused.status, refused.headers['retry-after']]).toEqual([503, '2']);
    }
    leave.abort();
    await Promise.all(waiting);
    await until(() => session.underWay === 0, 'they are over');
    upstream.script = files({ '/b.m3u8': live(1) });
    expect((await proxy.get('/hls/b.m3u8')).status).toBe(200);
  });

  it('turns away what no upstream has a connection for', async () => {
    const { upstream } = await mount((request, response) => {
      if (request.url === '/slow.ts') response.write('beginning');
      else files({ '/a.m3u8': live(1), '/a.ts': 'segment' })(request, response);
    });
    const proxy = await Mounted.start({ upstreams: { origins: [upstream.url], connections: 1, deadline: 50 } });
    ends.push(() => proxy.stop());
    const controller = new AbortController();
    const slow = proxy.get('/hls/slow.ts?k=segment', {}, { signal: controller.signal }).catch(() => 'left');
    await until(() => upstream.requests.length === 1, 'the one connection is taken');
    for (const path of ['/hls/a.ts?k=segment', '/hls/a.ts?k=key', '/hls/a.m3u8?k=playlist']) {
      const { status, headers } = await proxy.get(path);
      expect([path, status, headers['retry-after']]).toEqual([path, 503, '1']);
    }
    controller.abort();
    expect(await slow).toBe('left');
    await until(() => upstream.hangUps === 1, 'the connection is let go');
    expect((await proxy.get('/hls/a.m3u8')).status).toBe(200);
  });

  it('reports every answer, without what lets one in', async () => {
    const { proxy } = await mount(files({ '/a.m3u8': live(1), '/seg1.ts': 'segment' }), { cache: memoryCache() });
    await proxy.get('/hls/a.m3u8?token=secret');
    await proxy.get('/hls/seg1.ts?k=segment&token=secret');
    await proxy.get('/hls/missing.m3u8?token=secret');
    await until(() => proxy.answered.length === 3, 'all are reported');
    expect(JSON.stringify(proxy.answered)).not.toContain('secret');
    expect(proxy.answered.map(({ status, outcome }) => [status, outcome])).toEqual([
      [200, 'BYPASS'],
      [200, 'MISS'],
      [404, 'BYPASS'],
    ]);
    await proxy.get('/hls/seg1.ts?k=segment&token=secret');
    expect(proxy.hits).toBe(1);
  });

  it('serves the web’s own types as well', async () => {
    const { upstream } = await mount(files({ '/a.m3u8': live(1), '/seg1.ts': 'segment' }));
    const web = createHlsProxy({ upstreams: [upstream.url], access: openAccess() });
    ends.push(() => web.close());
    const ask = (path: string, init?: RequestInit): Promise<Response> =>
      web.fetch(new Request(`http://any.example${path}`, init));
    expect(await (await ask('/hls/a.m3u8')).text()).toContain('/hls/seg1.ts?k=segment');
    expect(await (await ask('/hls/seg1.ts?k=segment')).text()).toBe('segment');
    expect((await ask('/hls/a.m3u8', { method: 'DELETE' })).status).toBe(405);
    expect((await ask('/hls/none.m3u8')).status).toBe(404);
    expect(web.transfers()).toEqual([]);
  });

  it('names the option that is wrong', () => {
    const make = (more: Partial<HlsProxyOptions>): unknown =>
      createHlsProxy({ upstreams: ['http://127.0.0.1:1'], access: openAccess(), ...more });
    expect(() => make({ mount: '/hls' })).toThrow('mount must begin and end with a slash');
    expect(() => make({ maxPlaylistBytes: 0 })).toThrow('maxPlaylistBytes');
    expect(() => make({ limits: { requests: -1 } })).toThrow('limits.requests');
    expect(() => make({ shareFor: 5000 })).toThrow('shareFor');
    expect(() => make({ upstreams: [] })).toThrow('origins');
  });
});

describe('documents that lead on', () => {
  it('come back through the proxy: asset lists and steering manifests', async () => {
    const { proxy } = await mount(
      files({
        '/main.m3u8':
          '#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI="steer.json?x=1"\n#EXT-X-DATERANGE:ID="a",X-ASSET-LIST="ads.json"\n',
        '/steer.json': '{"VERSION":1,"TTL":10,"RELOAD-URI":"steer.json?y=2","PATHWAY-PRIORITY":["a"]}',
        '/ads.json': '{"ASSETS":[{"URI":"ad/1.m3u8","DURATION":5.0}]}',
        '/broken.json': '<html>',
      }),
    );
    const { text } = await proxy.get('/hls/main.m3u8');
    const uris = [...text.matchAll(/(?:URI|LIST)="([^"]+)"/g)].map(([, uri]) => uri ?? '');
    expect(uris).toEqual(['/hls/steer.json?x=1&k=steering', '/hls/ads.json?k=asset-list']);
    const steering = await proxy.get(`${uris[0]}&_HLS_pathway=%22a%22`);
    expect(JSON.parse(steering.text)).toMatchObject({ TTL: 10, 'RELOAD-URI': '/hls/steer.json?y=2&k=steering' });
    const assets = await proxy.get(uris[1] ?? '');
    expect(JSON.parse(assets.text)).toEqual({ ASSETS: [{ URI: '/hls/ad/1.m3u8?k=playlist', DURATION: 5 }] });
    expect(assets.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-cache, no-store' });
    expect((await proxy.get('/hls/broken.json?k=steering')).status).toBe(502);
    expect((await proxy.get('/hls/none.json?k=asset-list')).status).toBe(404);
  });

  it('hand their variables on to the playlists that import them, and to nobody upstream', async () => {
    const { upstream, proxy } = await mount(
      files({
        '/main.m3u8':
          '#EXTM3U\n#EXT-X-DEFINE:NAME="dir",VALUE="v 1"\n#EXT-X-DEFINE:QUERYPARAM="user"\n' +
          '#EXT-X-STREAM-INF:BANDWIDTH=1\n{$dir}/media.m3u8?u={$user}\n',
        '/v%201/media.m3u8':
          '#EXTM3U\n#EXT-X-DEFINE:IMPORT="dir"\n#EXT-X-DEFINE:IMPORT="user"\n#EXTINF:1,\n/{$dir}/{$user}.ts\n' +
          '#EXT-X-RENDITION-REPORT:URI="media.m3u8?u=me"\n',
      }),
    );
    const main = await proxy.get('/hls/main.m3u8?user=me');
    const child = main.text.split('\n').find((line) => line.startsWith('/')) ?? '';
    const media = await proxy.get(child);
    expect(media.text).toContain('\n/hls/v%201/me.ts?k=segment\n');
    expect(media.text).toContain(`URI="${child}"`);
    expect(upstream.asked).toEqual(['/main.m3u8?user=me', '/v%201/media.m3u8?u=me']);
  });

  it('take no variables from whoever has no grant', async () => {
    const { proxy } = await mount(
      files({ '/media.m3u8': '#EXTM3U\n#EXT-X-DEFINE:IMPORT="host"\n#EXTINF:1,\n{$host}/x.ts\n' }),
    );
    const invented = Buffer.from(JSON.stringify([['host', 'http://evil.example']])).toString('base64url');
    const reply = await proxy.get(`/hls/media.m3u8?_fb_vars=${invented}`);
    expect(reply.text).toContain('\n{$host}/x.ts\n');
    expect(reply.text).not.toContain('/@/');
  });

  it('may turn out to be media, which is then streamed', async () => {
    const { proxy } = await mount(files({ '/ad': 'not a playlist', '/ad.ts': 'media' }));
    expect((await proxy.get('/hls/ad?k=playlist')).text).toBe('not a playlist');
    expect((await proxy.get('/hls/ad.ts?k=playlist')).text).toBe('media');
  });
});
