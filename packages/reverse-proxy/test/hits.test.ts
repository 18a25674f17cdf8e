import { afterEach, describe, expect, it } from 'vitest';
import { Origin, picture, sendPicture } from './support/origin.js';
import { MountedProxy } from './support/proxy.js';

const PATH = '/t/p/w500/poster.png';
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function mount(script = sendPicture()): Promise<{ origin: Origin; proxy: MountedProxy }> {
  const origin = await Origin.start(script);
  const proxy = await MountedProxy.start({ upstreams: [origin.url] });
  ends.push(
    () => origin.stop(),
    () => proxy.stop(),
  );
  return { origin, proxy };
}

describe('a cached image', () => {
  it('comes from the origin once and from memory afterwards, with the same bytes and the headers of a hit', async () => {
    const { origin, proxy } = await mount();
    const miss = await proxy.get(PATH);
    expect(miss.status).toBe(200);
    expect(miss.headers['x-cache']).toBe('MISS');
    expect(miss.headers['cache-status']).toBe('forebay; fwd=miss; fwd-status=200; stored');
    expect(miss.body.equals(picture())).toBe(true);

    const hit = await proxy.get(PATH);
    expect(hit.status).toBe(200);
    expect(hit.body.equals(picture())).toBe(true);
    expect(hit.headers).toMatchObject({
      'content-type': 'image/png',
      'content-length': '20000',
      'x-cache': 'HIT',
      'accept-ranges': 'bytes',
      etag: '"one"',
      via: '1.1 forebay',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
    });
    expect(hit.headers['cache-status']).toMatch(/^forebay; hit; ttl=6047\d\d; detail=memory$/);
    expect(hit.headers['age']).toMatch(/^\d+$/);
    expect(hit.headers['x-request-id']).toMatch(/^[\w-]{8,}$/);
    expect(hit.headers['x-request-id']).not.toBe(miss.headers['x-request-id']);
    expect(origin.requests).toHaveLength(1);
    expect(proxy.hits).toBe(1);
  });

  it('gives back a sane request id and replaces one that is not', async () => {
    const { proxy } = await mount();
    await proxy.get(PATH);
    expect((await proxy.get(PATH, { 'X-Request-Id': 'abc-1' })).headers['x-request-id']).toBe('abc-1');
    expect((await proxy.get(PATH, { 'X-Request-Id': 'a b"c' })).headers['x-request-id']).not.toContain('"');
  });

  it('answers conditions from memory with 304 and no body', async () => {
    const { origin, proxy } = await mount();
    await proxy.get(PATH);
    for (const condition of [{ 'If-None-Match': '"zero", W/"one"' }, { 'If-None-Match': '*' }]) {
      const reply = await proxy.get(PATH, condition);
      expect(reply.status).toBe(304);
      expect(reply.body).toHaveLength(0);
      expect(reply.headers['etag']).toBe('"one"');
      expect(reply.headers['content-length']).toBeUndefined();
    }
    expect((await proxy.get(PATH, { 'If-None-Match': '"two"' })).status).toBe(200);
    expect((await proxy.get(PATH, { 'If-Match': '"two"' })).status).toBe(412);
    expect(origin.requests).toHaveLength(1);
  });

  it('answers single ranges from memory, and 416 with the size for what lies outside', async () => {
    const { proxy } = await mount();
    await proxy.get(PATH);
    const first = await proxy.get(PATH, { Range: 'bytes=0-99' });
    expect(first.status).toBe(206);
    expect(first.headers['content-range']).toBe('bytes 0-99/20000');
    expect(first.body.equals(picture().subarray(0, 100))).toBe(true);
    const last = await proxy.get(PATH, { Range: 'bytes=-5' });
    expect(last.headers['content-range']).toBe('bytes 19995-19999/20000');
    expect((await proxy.get(PATH, { Range: 'bytes=0-99', 'If-Range': '"other"' })).status).toBe(200);
    expect((await proxy.get(PATH, { Range: 'bytes=0-1,4-5' })).status).toBe(200);
    const outside = await proxy.get(PATH, { Range: 'bytes=20000-' });
    expect(outside.status).toBe(416);
    expect(outside.headers['content-range']).toBe('bytes */20000');
    expect(outside.headers['content-type']).toBe('application/problem+json');
  });

  it('answers a range of what is not cached yet, and keeps the whole', async () => {
    const { origin, proxy } = await mount();
    const reply = await proxy.get(PATH, { Range: 'bytes=19990-' });
    expect(reply.status).toBe(206);
    expect(reply.body.equals(picture().subarray(19_990))).toBe(true);
    expect((await proxy.get(PATH)).headers['x-cache']).toBe('HIT');
    expect(origin.requests).toHaveLength(1);
    expect(origin.requests[0]?.headers['range']).toBeUndefined();
  });

  it('answers HEAD from memory as it would GET, without the body', async () => {
    const { origin, proxy } = await mount();
    await proxy.get(PATH);
    const reply = await proxy.get(PATH, {}, 'HEAD');
    expect(reply.status).toBe(200);
    expect(reply.headers['content-length']).toBe('20000');
    expect(reply.headers['x-cache']).toBe('HIT');
    expect(reply.body).toHaveLength(0);
    expect(origin.requests).toHaveLength(1);
  });

  it('passes HEAD on when nothing is stored', async () => {
    const { origin, proxy } = await mount();
    const reply = await proxy.get(PATH, {}, 'HEAD');
    expect(reply.status).toBe(200);
    expect(reply.headers['content-length']).toBe('20000');
    expect(origin.requests.map(({ method }) => method)).toEqual(['HEAD']);
  });

  it('gets a strong entity tag of its own where the origin has none', async () => {
    const { proxy } = await mount((_request, response) =>
      response.writeHead(200, { 'content-type': 'image/png' }).end(picture()),
    );
    await proxy.get(PATH);
    const { etag } = (await proxy.get(PATH)).headers;
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    expect((await proxy.get(PATH, { 'If-None-Match': etag ?? '' })).status).toBe(304);
  });

  it('is the same for a client that identifies itself to a service which does not hear of it', async () => {
    const { origin, proxy } = await mount();
    const headers = { Authorization: 'Bearer a' };
    await proxy.get(PATH, headers);
    expect((await proxy.get(PATH, headers)).headers['x-cache']).toBe('HIT');
    expect(origin.requests).toHaveLength(1);
    expect(origin.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('is one resource under all spellings of its path', async () => {
    const { origin, proxy } = await mount();
    await proxy.get(PATH);
    for (const spelling of ['/t/p/w500/%70oster.png', `http://elsewhere.example${PATH}`])
      expect((await proxy.get(spelling)).headers['x-cache'], spelling).toBe('HIT');
    expect(origin.requests).toHaveLength(1);
    const odd = '/t/p/w780_filter(duotone,ffffff,bababa)/poster.png';
    expect((await proxy.get(odd)).headers['x-cache']).toBe('MISS');
    expect((await proxy.get(odd)).headers['x-cache']).toBe('HIT');
  });

  it('never leaves out of the cache what belongs to one connection or one client', async () => {
    const { proxy } = await mount(
      sendPicture(picture(), {
        'set-cookie': 'a=b',
        connection: 'close, x-hop',
        'x-hop': '1',
        'keep-alive': 'timeout=1',
      }),
    );
    await proxy.get(PATH);
    const { headers } = await proxy.get(PATH);
    expect(headers['set-cookie']).toBeUndefined();
    expect(headers['x-hop']).toBeUndefined();
  });

  it('is fetched once for all who ask while it is still arriving', async () => {
    let open: (() => void) | undefined;
    const { origin, proxy } = await mount((_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': '20000' });
      response.write(picture().subarray(0, 5000));
      open = () => response.end(picture().subarray(5000));
    });
    const replies = Array.from({ length: 50 }, () => proxy.get(PATH));
    while (open === undefined) await new Promise((resolve) => setImmediate(resolve));
    const joiner = proxy.get(PATH);
    open();
    const all = await Promise.all([...replies, joiner]);
    expect(all.every(({ body }) => body.equals(picture()))).toBe(true);
    expect(origin.requests).toHaveLength(1);
    expect(all.some(({ headers }) => String(headers['cache-status']).includes('collapsed'))).toBe(true);
  });

  it('answers a web request like an HTTP one', async () => {
    const { proxy } = await mount();
    const first = await proxy.proxy.fetch(new Request(`http://forebay.example${PATH}`));
    expect(Buffer.from(await first.arrayBuffer()).equals(picture())).toBe(true);
    const second = await proxy.proxy.fetch(
      new Request(`http://forebay.example${PATH}`, { headers: { range: 'bytes=2-3' } }),
    );
    expect(second.status).toBe(206);
    expect(Buffer.from(await second.arrayBuffer()).equals(picture().subarray(2, 4))).toBe(true);
    expect(second.headers.get('x-cache')).toBe('HIT');
  });
});
