import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { HlsProxyOptions } from '@forebay/hls-proxy';
import { Mounted, until } from './support/mounted.js';
import { openAccess, RecordingSession } from './support/open-access.js';
import { files, live, Origin, type Script } from './support/origin.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function origin(script: Script): Promise<Origin> {
  const started = await Origin.start(script);
  ends.push(() => started.stop());
  return started;
}

async function mount(
  script: Script,
  more: Partial<HlsProxyOptions> = {},
): Promise<{ upstream: Origin; proxy: Mounted }> {
  const upstream = await origin(script);
  const proxy = await Mounted.start({ upstreams: [upstream.url], ...more });
  ends.push(() => proxy.stop());
  return { upstream, proxy };
}

const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

describe('a playlist', () => {
  it('comes fresh, never to be stored, with its URIs through the proxy and the origin’s bytes else', async () => {
    const { upstream, proxy } = await mount(files({ '/live/a.m3u8': live(1) }));
    const reply = await proxy.get('/hls/live/a.m3u8', { 'x-request-id': 'mine' });
    expect(reply.text).toBe(live(1).replaceAll(/seg(\d)\.ts/g, '/hls/live/seg$1.ts?k=segment'));
    expect(reply.headers).toMatchObject({
      'content-type': PLAYLIST_TYPE,
      'cache-control': 'no-cache, no-store',
      'cache-status': 'forebay; fwd=bypass; fwd-status=200',
      'x-cache': 'BYPASS',
      'access-control-allow-origin': '*',
      'x-request-id': 'mine',
      via: '1.1 forebay',
    });
    upstream.script = files({ '/live/a.m3u8': live(2) });
    expect((await proxy.get('/hls/live/a.m3u8')).text).toContain('seg4.ts');
    expect(upstream.requests[0]?.headers['x-request-id']).toBeUndefined();
  });

  it('is recognised by its first bytes when neither name nor type says so, and by its type', async () => {
    const { proxy } = await mount(
      files({
        '/a': '\uFEFF#EXTM3U\n#EXTINF:1,\nx.ts\n',
        '/b.php': (_request, response) => {
          response
            .writeHead(200, { 'content-type': 'audio/mpegurl; charset=utf-8' })
            .end('\n#EXTM3U\n#EXTINF:1,\nx.ts\n');
        },
        '/c': 'bytes',
      }),
    );
    expect((await proxy.get('/hls/a')).text).toBe('\uFEFF#EXTM3U\n#EXTINF:1,\n/hls/x.ts?k=segment\n');
    const typed = await proxy.get('/hls/b.php');
    expect([typed.headers['content-type'], typed.text]).toEqual([
      PLAYLIST_TYPE,
      '\n#EXTM3U\n#EXTINF:1,\n/hls/x.ts?k=segment\n',
    ]);
    expect((await proxy.get('/hls/c')).text).toBe('bytes');
  });

  it('keeps bytes that are no UTF-8', async () => {
    const bytes = Buffer.from('#EXTM3U\n# caf\u00E9\n#EXTINF:1,\nx.ts\n', 'latin1');
    const { proxy } = await mount(files({ '/a.m3u8': bytes }));
    const { body } = await proxy.get('/hls/a.m3u8');
    expect(body.toString('latin1')).toBe('#EXTM3U\n# caf\u00E9\n#EXTINF:1,\n/hls/x.ts?k=segment\n');
  });

  it('is compressed on both sides, as each of them takes it', async () => {
    const text = live(100, 200);
    const { upstream, proxy } = await mount(
      files({
        '/a.m3u8': (_request, response) => {
          response.writeHead(200, { 'content-type': PLAYLIST_TYPE, 'content-encoding': 'gzip' }).end(gzipSync(text));
        },
      }),
    );
    const plain = await proxy.get('/hls/a.m3u8');
    expect(upstream.requests[0]?.headers['accept-encoding']).toBe('gzip, br');
    expect(plain.headers['content-encoding']).toBeUndefined();
    const zipped = await proxy.get('/hls/a.m3u8', { 'accept-encoding': 'deflate, gzip;q=0.5, br' });
    expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(gunzipSync(zipped.body).toString()).toBe(plain.text);
    const brotli = await proxy.get('/hls/a.m3u8', { 'accept-encoding': 'gzip;q=0, *' });
    expect(brotliDecompressSync(brotli.body).toString()).toBe(plain.text);
    expect(zipped.headers.etag).not.toBe(plain.headers.etag);
  });

  it('is answered to HEAD, to conditions, and to ranges of a version that is named', async () => {
    const { proxy } = await mount(files({ '/a.m3u8': live(1) }));
    const { headers, text } = await proxy.get('/hls/a.m3u8');
    const head = await proxy.get('/hls/a.m3u8', {}, { method: 'HEAD' });
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', String(text.length)]);
    const same = await proxy.get('/hls/a.m3u8', { 'if-none-match': String(headers.etag) });
    expect([same.status, same.text]).toEqual([304, '']);
    const part = await proxy.get('/hls/a.m3u8', { range: 'bytes=0-6' });
    expect([part.status, part.text, part.headers['content-range']]).toEqual([
      206,
      '#EXTM3U',
      `bytes 0-6/${text.length}`,
    ]);
    const rest = await proxy.get('/hls/a.m3u8', { range: 'bytes=7-', 'if-range': String(headers.etag) });
    expect([rest.status, rest.text]).toEqual([206, text.slice(7)]);
    for (const more of [{ 'if-range': '"another"' }, {}])
      expect((await proxy.get('/hls/a.m3u8', { range: 'bytes=7-', ...more })).text).toBe(text);
  });

  it('that is too long, broken, or no playlist is a 502', async () => {
    const { proxy } = await mount(
      files({
        '/long.m3u8': `#EXTM3U\n${'#\n'.repeat(600)}`,
        '/bomb.m3u8': (_request, response) => {
          const bomb = gzipSync(Buffer.alloc(1_000_000, 'a'));
          response.writeHead(200, { 'content-type': PLAYLIST_TYPE, 'content-encoding': 'gzip' }).end(bomb);
        },
        '/garbled.m3u8': (_request, response) => {
          response.writeHead(200, { 'content-type': PLAYLIST_TYPE, 'content-encoding': 'gzip' }).end('no gzip');
        },
        '/page.m3u8': (_request, response) => {
          response.writeHead(200, { 'content-type': 'text/html' }).end('<html>sign in first</html>');
        },
      }),
      { maxPlaylistBytes: 1000 },
    );
    for (const name of ['long', 'bomb', 'garbled', 'page']) {
      const reply = await proxy.get(`/hls/${name}.m3u8?k=playlist`);
      expect([name, reply.status, reply.headers['content-type']]).toEqual([name, 502, 'application/problem+json']);
    }
  });

  it('that comes in part, or not at all for having been seen, is asked for elsewhere', async () => {
    const part = await mount((_request, response) => {
      response.writeHead(206, { 'content-type': 'audio/mpegurl', 'content-range': 'bytes 0-7/100' }).end('#EXTM3U\n');
    });
    const unchanged = await mount((_request, response) => response.writeHead(304).end());
    const well = await mount(files({ '/a.m3u8': live(1) }));
    for (const { upstream, proxy } of [part, unchanged]) {
      expect((await proxy.get('/hls/a.m3u8')).status).toBe(502);
      const both = await Mounted.start({ upstreams: [upstream.url, well.upstream.url] });
      ends.push(() => both.stop());
      for (let turn = 0; turn < 4; turn += 1) expect((await both.get('/hls/a.m3u8')).status).toBe(200);
    }
  });

  it('passes on what the origin refuses with', async () => {
    const { proxy } = await mount((_request, response) => {
      response.writeHead(410, { 'content-type': 'text/html' }).end('<b>gone</b>');
    });
    const { status, text, headers } = await proxy.get('/hls/a.m3u8');
    expect([status, text, headers['content-type']]).toEqual([410, '<b>gone</b>', 'text/plain; charset=utf-8']);
  });

  it('is asked for once by all who ask at the same time, and rewritten for each', async () => {
    const session = new RecordingSession();
    let answer: () => void = () => undefined;
    const { upstream, proxy } = await mount((_request, response) => (answer = () => response.end(live(7))), {
      access: openAccess(session),
    });
    const asked = Array.from({ length: 50 }, () => proxy.get('/hls/a.m3u8?k=playlist'));
    await until(() => session.underWay === 50 && upstream.requests.length > 0, 'all have asked');
    answer();
    const replies = await Promise.all(asked);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect(upstream.requests).toHaveLength(1);
    expect(replies.filter(({ headers }) => headers['cache-status']?.includes('collapsed'))).toHaveLength(49);
  });

  it('is given up upstream when nobody waits for it any more, and not before', async () => {
    const { upstream, proxy } = await mount(() => undefined);
    const first = new AbortController();
    const second = new AbortController();
    const replies = [first, second].map(({ signal }) => proxy.get('/hls/a.m3u8', {}, { signal }).catch(() => 'left'));
    await until(() => upstream.requests.length === 1, 'it is asked for');
    first.abort();
    await replies[0];
    expect(upstream.hangUps).toBe(0);
    second.abort();
    await until(() => upstream.hangUps === 1, 'it is given up');
  });

  it('serves its last copy for one target duration while the origin is down', async () => {
    let now = 1_000_000;
    const { upstream, proxy } = await mount(files({ '/a.m3u8': live(1) }), { now: () => now });
    const fresh = await proxy.get('/hls/a.m3u8');
    upstream.script = (_request, response) => response.writeHead(503).end();
    now += 1900;
    const copy = await proxy.get('/hls/a.m3u8');
    expect([copy.status, copy.text, copy.headers['x-cache'], copy.headers.age]).toEqual([
      200,
      fresh.text,
      'STALE',
      '1',
    ]);
    expect(copy.headers['cache-status']).toBe('forebay; fwd=stale; detail=last-copy');
    now += 200;
    const late = await proxy.get('/hls/a.m3u8');
    expect([late.status, late.headers['retry-after']]).toEqual([503, '1']);
  });

  it('keeps last copies as far as there is memory for them, the oldest being the first to go', async () => {
    const { upstream, proxy } = await mount((_request, response) => response.end(live(1, 200)), {
      lastCopyBytes: 200_000,
    });
    for (const name of ['a', 'b']) await proxy.get(`/hls/${name}.m3u8`);
    upstream.script = (_request, response) => response.writeHead(500).end();
    expect((await proxy.get('/hls/a.m3u8')).status).toBe(502);
    expect((await proxy.get('/hls/b.m3u8')).headers['x-cache']).toBe('STALE');
  });

  it('tells its session what is watched and how much went out; ending that hangs up', async () => {
    const session = new RecordingSession();
    const { upstream, proxy } = await mount(files({ '/a.m3u8': live(1) }), { access: openAccess(session) });
    const { text } = await proxy.get('/hls/a.m3u8');
    await until(() => session.underWay === 0, 'the request is over');
    expect([session.renditions, session.bytes]).toEqual([['/a.m3u8'], text.length]);
    upstream.script = () => undefined;
    const waiting = proxy.get('/hls/a.m3u8').catch((error: Error) => error.message);
    await until(() => upstream.requests.length === 2, 'the second is asked for');
    session.end();
    expect(await waiting).toBe('socket hang up');
    await until(() => session.underWay === 0, 'the request is over');
  });
});
