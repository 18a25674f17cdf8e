import { afterEach, describe, expect, it } from 'vitest';
import { tmdbApiPreset } from '@forebay/image-proxy';
import { Origin, sendJson } from '../../reverse-proxy/test/support/origin.js';
import { MountedProxy } from '../../reverse-proxy/test/support/proxy.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function mount(
  script: Parameters<typeof Origin.start>[0] = sendJson({ ok: true }, { 'cache-control': 'public, max-age=60' }),
): Promise<{ origin: Origin; proxy: MountedProxy }> {
  const origin = await Origin.start(script);
  const proxy = await MountedProxy.start({
    preset: tmdbApiPreset({ apiKey: 'operator-key' }),
    mount: '/3/',
    upstreams: [origin.url],
  });
  ends.push(
    () => origin.stop(),
    () => proxy.stop(),
  );
  return { origin, proxy };
}

describe('the TMDB API', () => {
  it('gets the operator’s key on the way up, and nobody sees it', async () => {
    const { origin, proxy } = await mount();
    const reply = await proxy.get('/3/movie/1?language=de');
    expect(origin.requests[0]?.url).toBe('/3/movie/1?language=de&api_key=operator-key');
    const { keys } = await proxy.cache.keys({ limit: 10 });
    const seen = JSON.stringify([keys, reply.headers, reply.body.toString(), proxy.answered]);
    expect(seen).not.toContain('operator-key');
    expect(keys.map(({ key }) => key)).toEqual(['tmdb-api:/3/movie/1?language=de']);
  });

  it('keys a request whatever the order of its parameters', async () => {
    const { origin, proxy } = await mount();
    await proxy.get('/3/discover/movie?page=2&language=de');
    expect((await proxy.get('/3/discover/movie?language=de&page=2')).headers['x-cache']).toBe('HIT');
    expect(origin.requests).toHaveLength(1);
  });

  it('lets a client’s own credentials win, and shares its answers with nobody', async () => {
    const { origin, proxy } = await mount((request, response) => {
      sendJson({ who: `${request.url} ${request.headers.authorization ?? ''}` })(request, response);
    });
    const ask = async (path: string, headers: Record<string, string> = {}): Promise<string> =>
      (await proxy.get(path, headers)).body.toString();
    const anonymous = await ask('/3/account');
    const alice = await ask('/3/account', { Authorization: 'Bearer alice' });
    const bob = await ask('/3/account', { Authorization: 'Bearer bob' });
    const keyed = await ask('/3/account?api_key=carol');
    expect(new Set([anonymous, alice, bob, keyed]).size).toBe(4);
    expect(alice).toContain('Bearer alice');
    expect(alice).not.toContain('operator-key');
    expect(keyed).toContain('api_key=carol');
    expect(keyed).not.toContain('operator-key');
    expect(await ask('/3/account', { Authorization: 'Bearer alice' })).toBe(alice);
    expect(await ask('/3/account')).toBe(anonymous);
    expect(origin.requests).toHaveLength(4);
    const listed = JSON.stringify((await proxy.cache.keys({ limit: 10 })).keys);
    for (const secret of ['alice', 'bob', 'carol', 'operator-key']) expect(listed).not.toContain(secret);
  });

  it('passes an error answer of the API on as it is', async () => {
    const { proxy } = await mount(sendJson({ status_code: 7, success: false }, {}, 401));
    const reply = await proxy.get('/3/movie/1');
    expect(reply.status).toBe(401);
    expect(JSON.parse(reply.body.toString())).toEqual({ status_code: 7, success: false });
    expect(reply.headers['cache-status']).not.toContain('stored');
  });

  it('keeps one copy for each coding that clients ask for', async () => {
    const { origin, proxy } = await mount((request, response) => {
      sendJson(
        { coding: request.headers['accept-encoding'] },
        { vary: 'Accept-Encoding', 'cache-control': 'max-age=60' },
      )(request, response);
    });
    const ask = async (accept: string): Promise<string> =>
      (await proxy.get('/3/movie/1', { 'Accept-Encoding': accept })).body.toString();
    expect(await ask('identity')).toContain('identity');
    expect(await ask('br, gzip')).toContain('gzip');
    expect(await ask('gzip, deflate')).toContain('gzip');
    expect(await ask('identity')).toContain('identity');
    expect(origin.requests).toHaveLength(2);
  });

  it('tells targets apart that are too long for a key, with a client’s own credentials too', async () => {
    const { origin, proxy } = await mount((request, response) =>
      sendJson({ url: request.url }, { 'cache-control': 'max-age=60' })(request, response),
    );
    const long = `/3/discover/movie?a=${'a'.repeat(2900)}&api_key=${'k'.repeat(300)}`;
    for (const page of ['1', '2'])
      expect((await proxy.get(`${long}&page=${page}`)).body.toString()).toContain(`page=${page}`);
    expect(origin.requests).toHaveLength(2);
  });
});
