import { afterEach, describe, expect, it } from 'vitest';
import type { HlsProxyOptions, StreamEdge } from '@forebay/hls-proxy';
import { memoryCache, Mounted, until } from './support/mounted.js';
import { openAccess, RecordingSession } from './support/open-access.js';
import { files, live, Origin, type Script } from './support/origin.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function mount(
  scripts: readonly Script[],
  more: Partial<HlsProxyOptions> = {},
): Promise<{ mirrors: Origin[]; proxy: Mounted }> {
  const mirrors = await Promise.all(scripts.map((script) => Origin.start(script)));
  const proxy = await Mounted.start({ upstreams: mirrors.map(({ url }) => url), ...more });
  ends.push(...mirrors.map((mirror) => () => mirror.stop()), () => proxy.stop());
  return { mirrors, proxy };
}

const playlist = (text: string): Script => files({ '/a.m3u8': text });

describe('mirrors of a live stream', () => {
  it('that are behind what was seen are not used', async () => {
    const { mirrors, proxy } = await mount([playlist(live(10)), playlist(live(10)), playlist(live(10))]);
    await proxy.get('/hls/a.m3u8');
    mirrors[1]!.script = playlist(live(11));
    const seen: string[] = [];
    for (let turn = 0; turn < 30; turn += 1) seen.push((await proxy.get('/hls/a.m3u8')).text);
    const first = seen.findIndex((text) => text.includes('seg13'));
    expect(first).toBeGreaterThanOrEqual(0);
    expect(seen.slice(first).every((text) => text.includes('seg13'))).toBe(true);
  });

  it('of which none has what was seen have the last copy stand in, and then begin anew', async () => {
    let now = 5_000_000;
    const { mirrors, proxy } = await mount([playlist(live(500)), playlist(live(500))], { now: () => now });
    const before = await proxy.get('/hls/a.m3u8');
    for (const mirror of mirrors) mirror.script = playlist(live(0));
    const copy = await proxy.get('/hls/a.m3u8');
    expect([copy.text, copy.headers['x-cache']]).toEqual([before.text, 'STALE']);
    now += 2100;
    expect((await proxy.get('/hls/a.m3u8')).text).toContain('seg0.ts');
    expect((await proxy.get('/hls/a.m3u8')).headers['x-cache']).toBe('BYPASS');
  });

  it('that are behind what was seen in another process are not used either', async () => {
    const { mirrors, proxy } = await mount([playlist(live(10)), playlist(live(10))]);
    const upstreams = mirrors.map(({ url }) => url);
    const told: StreamEdge[] = [];
    const other = await Mounted.start({
      upstreams,
      tellEdges: (edges) => {
        told.push(...edges);
        proxy.proxy.heardEdges(edges);
      },
    });
    ends.push(() => other.stop());
    await Promise.all([proxy.get('/hls/a.m3u8'), other.get('/hls/a.m3u8')]);
    await until(() => told.length === 1, 'the first is told');
    mirrors[1]!.script = playlist(live(11));
    while (!(await other.get('/hls/a.m3u8')).text.includes('seg13'));
    await until(() => told.length === 2, 'the next is told');
    expect(told).toEqual([
      { key: '/a.m3u8', next: 13, parts: 0 },
      { key: '/a.m3u8', next: 14, parts: 0 },
    ]);
    for (let turn = 0; turn < 10; turn += 1) expect((await proxy.get('/hls/a.m3u8')).text).toContain('seg13');
    proxy.proxy.heardEdges([{ key: '/a.m3u8', next: 5, parts: 0 }]);
    expect((await proxy.get('/hls/a.m3u8')).text).toContain('seg13');
  });

  it('give the same path to a segment whichever of them named it, and pass gaps on', async () => {
    const absolute = (mirror: Origin): string => live(3, 1, `#EXT-X-GAP\n#EXTINF:2,\n${mirror.url}/live/seg4.ts?v=1\n`);
    const { mirrors, proxy } = await mount([files({}), files({})]);
    for (const mirror of mirrors) mirror.script = files({ '/live/a.m3u8': absolute(mirror) });
    const texts = new Set<string>();
    for (let turn = 0; turn < 20; turn += 1) texts.add((await proxy.get('/hls/live/a.m3u8')).text);
    expect([...texts]).toEqual([
      live(3, 1, '#EXT-X-GAP\n#EXTINF:2,\nseg4\n')
        .replace('seg4', '/hls/live/seg4.ts?v=1&k=segment')
        .replace('seg3.ts', '/hls/live/seg3.ts?k=segment'),
    ]);
    expect(mirrors.every(({ requests }) => requests.length > 0)).toBe(true);
  });

  it('that send a page instead are passed over', async () => {
    const page: Script = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    const { proxy } = await mount([page, playlist(live(1))]);
    for (let turn = 0; turn < 6; turn += 1) expect((await proxy.get('/hls/a.m3u8?k=playlist')).status).toBe(200);
  });

  it.each<readonly [string, Script]>([
    [
      'break off',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl', 'content-length': 500 });
        response.write('#EXTM3U\n', () => response.destroy());
      },
    ],
    [
      'end before their length',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 500 });
        response.write('#EXTM3U\n', () => response.socket?.end());
      },
    ],
    [
      'send what cannot be decoded',
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'audio/mpegurl', 'content-encoding': 'gzip' }).end('no gzip at all');
      },
    ],
    ['reset', (_request, response) => response.socket?.resetAndDestroy()],
  ])('that %s have another one asked, and nobody gets half a playlist', async (_what, broken) => {
    const { proxy, mirrors } = await mount([broken, playlist(live(1))]);
    for (let turn = 0; turn < 6; turn += 1) {
      const { status, text } = await proxy.get('/hls/a.m3u8?k=playlist');
      expect([status, text.includes('seg3.ts')]).toEqual([200, true]);
    }
    expect(mirrors[0]!.requests.length).toBeGreaterThan(0);
    const alone = await mount([broken]);
    expect((await alone.proxy.get('/hls/a.m3u8?k=playlist')).status).toBe(502);
  });

  it('lie below a base path each, which players do not see', async () => {
    const text = '#EXTM3U\n#EXTINF:1,\nx.ts\n#EXTINF:1,\n/base/y.ts\n#EXTINF:1,\n/elsewhere.ts\n';
    const upstream = await Origin.start(files({ '/base/a.m3u8': text, '/base/x.ts': 'media' }));
    const proxy = await Mounted.start({ upstreams: [`${upstream.url}/base/`] });
    ends.push(
      () => upstream.stop(),
      () => proxy.stop(),
    );
    const reply = await proxy.get('/hls/a.m3u8');
    const foreign = Buffer.from(`${upstream.url}/elsewhere.ts`).toString('base64url');
    expect(reply.text.split('\n').filter((line) => line.startsWith('/'))).toEqual([
      '/hls/x.ts?k=segment',
      '/hls/y.ts?k=segment',
      `/hls/@/${foreign}?k=segment`,
    ]);
    expect((await proxy.get('/hls/x.ts?k=segment')).text).toBe('media');
  });
});

describe('a blocking reload', () => {
  const PARTS = '#EXT-X-PART:DURATION=0.5,URI="p0.m4s"\n';

  it('goes up with its directives and is shared; it waits longer than any other request, and blocks none', async () => {
    const held: (() => void)[] = [];
    const script: Script = (request, response) => {
      if (request.url?.includes('_HLS_msn') === true) held.push(() => response.end(live(2)));
      else response.end(live(1));
    };
    const { mirrors, proxy } = await mount([script], { limits: { requests: 2 } });
    const upstreams = { origins: [mirrors[0]!.url], connections: 1, headersTimeout: 200, deadline: 200 };
    const narrow = await Mounted.start({ upstreams, limits: { requests: 2 } });
    ends.push(() => narrow.stop());
    for (const mounted of [proxy, narrow]) {
      held.length = 0;
      await mounted.get('/hls/a.m3u8');
      const directives = '_HLS_msn=4&_HLS_part=0&_HLS_skip=YES';
      const waiting = Array.from({ length: 5 }, () => mounted.get(`/hls/a.m3u8?k=playlist&${directives}`));
      await until(() => held.length === 1, 'it is held');
      expect(mirrors[0]!.asked.at(-1)).toBe(`/a.m3u8?${directives}`);
      const other = mounted.get('/hls/a.m3u8?x=1&_HLS_msn=4');
      await until(() => held.length === 2, 'another is held');
      expect((await mounted.get('/hls/a.m3u8')).status).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 700));
      for (const answer of held) answer();
      for (const reply of await Promise.all([...waiting, other])) expect(reply.text).toContain('seg4.ts');
      expect(held).toHaveLength(2);
    }
    const [status] = proxy.proxy.upstreams.status();
    expect(status?.responseTimeMs ?? 0).toBeLessThan(700);
  });

  it('ends after three target durations', async () => {
    const script: Script = (request, response) => {
      if (request.url?.includes('_HLS_msn') !== true) response.end(live(1).replace('DURATION:2', 'DURATION:0.05'));
    };
    const text = live(1);
    const { proxy } = await mount([
      (request, response) => {
        if (request.url?.includes('_HLS_msn') === true) script(request, response);
        else response.end(text.replace('TARGETDURATION:2', 'TARGETDURATION:1'));
      },
    ]);
    await proxy.get('/hls/a.m3u8');
    const started = performance.now();
    const reply = await proxy.get('/hls/a.m3u8?_HLS_msn=9');
    expect(reply.status).toBe(504);
    expect(performance.now() - started).toBeGreaterThan(2900);
    expect(performance.now() - started).toBeLessThan(9000);
  });

  it('that answers with a delta update leaves the last copy whole', async () => {
    let now = 1_000_000;
    const delta = live(4, 2, '').replace('seg4', 'kept').replace('#EXTINF', '#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXTINF');
    const script: Script = (request, response) => {
      response.end(request.url?.includes('_HLS_skip') === true ? delta : live(3, 3, PARTS));
    };
    const { mirrors, proxy } = await mount([script], { now: () => now });
    const whole = await proxy.get('/hls/a.m3u8');
    expect(whole.text).toContain('URI="/hls/p0.m4s?k=segment"');
    expect((await proxy.get('/hls/a.m3u8?_HLS_skip=YES')).text).toContain('#EXT-X-SKIP');
    mirrors[0]!.script = (_request, response) => response.destroy();
    now += 1000;
    expect((await proxy.get('/hls/a.m3u8')).text).toBe(whole.text);
  });
});

describe('a thousand viewers of one live stream', () => {
  const VIEWERS = 1000;

  it('cost one upstream request a playlist version and a segment', async () => {
    const session = new RecordingSession();
    let version = 1;
    const script: Script = (request, response) => {
      const answer = (): void => {
        // All of them have asked: those who come later are not at the same time.
        if (session.underWay < VIEWERS) setTimeout(answer, 5);
        else if (request.url === '/a.m3u8') response.end(live(version));
        else response.writeHead(200, { 'content-type': 'video/mp2t' }).end(Buffer.alloc(10_000, version));
      };
      answer();
    };
    const { mirrors, proxy } = await mount([script], { cache: memoryCache(), access: openAccess(session) });
    const all = async (path: string): Promise<void> => {
      const replies = await Promise.all(Array.from({ length: VIEWERS }, () => proxy.get(path)));
      expect(replies.every(({ status }) => status === 200)).toBe(true);
      await until(() => session.underWay === 0, 'all are served');
    };
    for (version = 1; version <= 2; version += 1) {
      await all('/hls/a.m3u8?k=playlist');
      await all(`/hls/seg${version + 2}.ts?k=segment`);
    }
    expect(mirrors[0]!.asked).toEqual(['/a.m3u8', '/seg3.ts', '/a.m3u8', '/seg4.ts']);
  }, 60_000);

  it('may share a playlist for a moment longer', async () => {
    const { mirrors, proxy } = await mount([playlist(live(1))], { shareFor: 1000 });
    for (let turn = 0; turn < 5; turn += 1) await proxy.get('/hls/a.m3u8');
    expect(mirrors[0]!.requests).toHaveLength(1);
  });
});
