import { afterEach, describe, expect, it } from 'vitest';
import { createReverseProxy, customPreset } from '@forebay/reverse-proxy';
import { Origin, sendJson, sendPicture } from './support/origin.js';
import { MountedProxy } from './support/proxy.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function mount(
  script?: Parameters<typeof Origin.start>[0],
  more: Partial<Parameters<typeof MountedProxy.start>[0]> = {},
): Promise<{ origin: Origin; proxy: MountedProxy }> {
  const origin = await Origin.start(script);
  const proxy = await MountedProxy.start({ upstreams: [origin.url], ...more });
  ends.push(
    () => origin.stop(),
    () => proxy.stop(),
  );
  return { origin, proxy };
}

const PATH = '/t/p/w500/poster.png';

describe('a problem', () => {
  it('says through whom it came and whether the request went up, and any script may read it', async () => {
    const { origin, proxy } = await mount();
    await origin.stop();
    ends.splice(-2, 1);
    const failed = await proxy.get(PATH);
    expect(failed.status).toBe(502);
    expect(failed.headers).toMatchObject({
      'cache-status': 'forebay; fwd=miss; detail=upstream-failed',
      'x-cache': 'MISS',
      via: '1.1 forebay',
      'access-control-allow-origin': '*',
    });
    const refused = await proxy.get(PATH, {}, 'DELETE');
    expect(refused.headers).toMatchObject({
      'cache-status': 'forebay; detail=method-not-allowed',
      'x-cache': 'BYPASS',
      via: '1.1 forebay',
      'access-control-allow-origin': '*',
    });
  });

  it('made of a stored answer says where that came from', async () => {
    const { proxy } = await mount();
    await proxy.get(PATH);
    for (const headers of [{ Range: 'bytes=90000-' }, { 'If-Match': '"other"' }]) {
      const refused = await proxy.get(PATH, headers);
      expect([412, 416]).toContain(refused.status);
      expect(refused.headers['x-cache']).toBe('HIT');
      expect(refused.headers['cache-status']).toMatch(/^forebay; hit; ttl=\d+; detail=memory$/);
    }
  });

  it('meets a request that has been through this kind of node again and again', async () => {
    const { origin, proxy } = await mount();
    const hop = '1.1 forebay (Forebay/1.0)';
    expect((await proxy.get(PATH, { Via: Array<string>(9).fill(hop).join(', ') })).status).toBe(200);
    expect((await proxy.get('/t/p/w500/b.png', { Via: Array<string>(10).fill(hop).join(', ') })).status).toBe(508);
    expect(origin.requests).toHaveLength(1);
  });
});

describe('Cache-Status', () => {
  const custom = { preset: customPreset(), staleWhileRevalidate: 0 };

  it('tells a reload from a miss, whether it is confirmed or replaced', async () => {
    let tag = '"a"';
    const { proxy } = await mount((request, response) => {
      if (request.headers['if-none-match'] === tag) response.writeHead(304, { etag: tag }).end();
      else sendJson({}, { etag: tag, 'cache-control': 'max-age=60' })(request, response);
    }, custom);
    await proxy.get('/a');
    const reload = { 'Cache-Control': 'no-cache' };
    expect((await proxy.get('/a', reload)).headers['cache-status']).toContain('fwd=request; fwd-status=304');
    tag = '"b"';
    expect((await proxy.get('/a', reload)).headers['cache-status']).toBe(
      'forebay; fwd=request; fwd-status=200; stored',
    );
  });

  it('tells what was stale, or another variant, from what was not there', async () => {
    const { proxy } = await mount((request, response) => {
      const rule = { 'cache-control': request.url === '/old' ? 'max-age=0' : 'max-age=60', etag: `"${Math.random()}"` };
      sendJson({}, { ...rule, vary: 'Accept-Language' })(request, response);
    }, custom);
    await proxy.get('/old');
    expect((await proxy.get('/old')).headers['cache-status']).toBe('forebay; fwd=stale; fwd-status=200; stored');
    await proxy.get('/new');
    expect((await proxy.get('/new', { 'Accept-Language': 'fr' })).headers['cache-status']).toBe(
      'forebay; fwd=vary-miss; fwd-status=200; stored',
    );
  });

  it('says that a route without a cache has none', async () => {
    const origin = await Origin.start(sendPicture());
    const proxy = createReverseProxy({ upstreams: [origin.url] });
    ends.push(
      () => origin.stop(),
      () => proxy.close(),
    );
    for (const method of ['GET', 'HEAD']) {
      const { headers } = await proxy.fetch(new Request(`http://x${PATH}`, { method }));
      expect(headers.get('cache-status'), method).toBe('forebay; fwd=bypass; fwd-status=200');
      expect(headers.get('x-cache'), method).toBe('BYPASS');
    }
  });
});

describe('an answer without a body', () => {
  it.each([
    [204, undefined],
    [205, '0'],
  ])('%i says so by its length, first and from memory', async (status, length) => {
    const { proxy } = await mount(
      (_request, response) => response.writeHead(status, { 'cache-control': 'max-age=60' }).end(),
      { preset: customPreset(), methods: ['POST'] },
    );
    for (const [method, outcome] of [
      ['POST', 'BYPASS'],
      ['GET', 'MISS'],
      ['GET', 'HIT'],
    ] as const) {
      const reply = await proxy.get('/a', {}, method);
      expect(reply.status).toBe(status);
      expect(reply.headers['x-cache']).toBe(outcome);
      expect(reply.headers['content-length'], outcome).toBe(length);
    }
    const kept = await proxy.raw('GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.0\r\n\r\n');
    expect(kept.includes('Content-Length')).toBe(length !== undefined);
    expect((await proxy.proxy.fetch(new Request('http://x/a'))).status).toBe(status);
  });
});

it('HEAD is answered as GET would be, conditions included, though nothing is stored', async () => {
  const { origin, proxy } = await mount(sendPicture(), { preset: customPreset() });
  const ask = (headers: Record<string, string>) => proxy.get(PATH, headers, 'HEAD');
  expect((await ask({ 'If-None-Match': '"one"' })).status).toBe(304);
  expect((await ask({ 'If-Match': '"two"' })).status).toBe(412);
  expect((await ask({ Range: 'bytes=0-1' })).headers['content-length']).toBe('20000');
  for (const { headers } of origin.requests) {
    for (const name of ['range', 'if-none-match', 'if-match']) expect(headers).not.toHaveProperty(name);
  }
});

it('all methods are passed on but those that show credentials or ask for a tunnel', async () => {
  const { origin, proxy } = await mount(sendJson({}), { preset: customPreset(), methods: '*' });
  const traced = await proxy.get('/a', { Cookie: 'session=a' }, 'TRACE');
  expect(traced.status).toBe(405);
  expect(traced.headers['allow']).toBe('GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE');
  expect((await proxy.get('/a', {}, 'PROPFIND')).status).toBe(200);
  expect(origin.requests.map(({ method }) => method)).toEqual(['PROPFIND']);
});

it('a change to one resource leaves what lies below it alone, and drops its variants', async () => {
  const { proxy } = await mount(sendJson({}, { 'cache-control': 'max-age=60', vary: 'Accept-Language' }), {
    preset: customPreset(),
    methods: ['POST'],
  });
  const french = { 'Accept-Language': 'fr' };
  for (const headers of [{}, french]) await proxy.get('/', headers);
  await proxy.get('/below');
  await proxy.get('/', {}, 'POST');
  expect((await proxy.get('/below')).headers['x-cache']).toBe('HIT');
  for (const headers of [{}, french]) expect((await proxy.get('/', headers)).headers['x-cache']).toBe('MISS');
});
