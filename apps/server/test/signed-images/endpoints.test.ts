import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay, type AskOptions, type Reply } from '../support/forebay.js';

const IMAGES = '/api/v1/images/';
const URLS = '/api/v1/image-urls';
const KEY = { 'x-api-key': 'the-key' };

let forebay: Forebay;
beforeAll(async () => {
  // Sample mode: the store behind it is strict.
  forebay = await Forebay.start({ NUM_WORKERS: '2', API_KEY: 'the-key', MANAGEMENT_PORT: '0', LOG_LEVEL: 'debug' });
});
afterAll(() => forebay.end());

const manage = (path: string, options: AskOptions = {}): Promise<Reply> => {
  const { managementPort } = forebay;
  return forebay.ask(path, { ...options, ...(managementPort === undefined ? {} : { port: managementPort }) });
};
const post = (body: unknown): AskOptions => ({ method: 'POST', body: JSON.stringify(body) });
const follow = async (reply: Reply): Promise<number> => (await fetch(String(reply.headers.location))).status;

describe('/api/v1/images/{image_key}', () => {
  it('redirects to one URL, whichever worker answers, and the store takes it', async () => {
    const replies = await Promise.all(Array.from({ length: 12 }, () => forebay.ask(`${IMAGES}posters/1.png`)));
    expect(new Set(replies.map(({ headers }) => headers.location)).size).toBe(1);
    expect([replies[0]!.status, await follow(replies[0]!)]).toEqual([302, 200]);
  });

  it('redirects a HEAD to where the store takes one', async () => {
    const reply = await forebay.ask(`${IMAGES}posters/1.png`, { method: 'HEAD' });
    expect((await fetch(String(reply.headers.location), { method: 'HEAD' })).status).toBe(200);
  });

  it.each([
    'stats',
    'status/x',
    'refresh',
    '/leading//double.png',
    '图片/海报 🎬.png',
    "a b/c+d (1)!*'~.png",
    '100%/50%25.png',
  ])('knows %s as a key, in both modes', async (key) => {
    const path = IMAGES + key.split('/').map(encodeURIComponent).join('/');
    expect(await follow(await forebay.ask(path))).toBe(200);
    const streamed = await forebay.ask(`${path}?mode=proxy`);
    expect([streamed.status, streamed.headers['content-type']]).toEqual([200, 'image/png']);
    const part = await forebay.ask(`${path}?mode=proxy`, { headers: { range: 'bytes=1-3' } });
    expect([part.status, part.body.toString()]).toEqual([206, 'PNG']);
  });

  it('says 404 of what the store does not have', async () => {
    const reply = await forebay.ask(`${IMAGES}posters/none.png?mode=proxy`);
    expect([reply.status, reply.json()['type']]).toEqual([404, 'urn:forebay:problem:image-not-found']);
  });
});

describe('/api/v1/image-urls', () => {
  it('tells anyone the URL of a key, and of many', async () => {
    const one = (await forebay.ask(`${URLS}/posters%2F2.png`)).json();
    expect(one).toMatchObject({ image_key: 'posters/2.png', from_cache: expect.any(Boolean) as boolean });
    expect(Date.parse(String(one['refresh_at']))).toBeLessThan(Date.parse(String(one['expires_at'])));
    const many = await forebay.ask(URLS, post({ image_keys: ['posters/2.png', 'posters/3.png', '', 'a/../b'] }));
    const { urls, errors } = many.json() as { urls: Record<string, { url: string }>; errors: Record<string, string> };
    expect(Object.keys(urls)).toEqual(['posters/2.png', 'posters/3.png']);
    expect(urls['posters/2.png']?.url).toBe(one['url']);
    expect(errors).toEqual({
      '': 'image_key: must not be empty',
      'a/../b': 'image_key: must not hold a "." or ".." segment',
    });
    const all = await forebay.ask(URLS, post({ image_keys: Array.from({ length: 10_000 }, (_, index) => `${index}`) }));
    expect(Object.keys((all.json() as { urls: object }).urls)).toHaveLength(10_000);
  });

  it('lets pages of other origins ask', async () => {
    const asked = { origin: 'https://page.example', 'access-control-request-method': 'POST' };
    const preflight = await forebay.ask(URLS, { method: 'OPTIONS', headers: asked });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*']);
    expect(preflight.headers['access-control-allow-headers']).toContain('content-type');
    const reply = await forebay.ask(URLS, post({ image_keys: ['a'] }));
    expect(reply.headers['access-control-allow-origin']).toBe('*');
  });

  it('signs anew for the management interface alone, and for all workers within seconds', async () => {
    const path = `${URLS}/posters/4.png`;
    expect((await forebay.ask(path, { method: 'PUT', headers: KEY })).status).toBe(405);
    expect((await manage(path, { method: 'PUT' })).status).toBe(401);
    const before = (await forebay.ask(path)).json()['url'];
    await expect
      .poll(async () => (await manage(path, { method: 'PUT', headers: KEY })).json()['url'], { interval: 250 })
      .not.toBe(before);
    expect(await follow(await forebay.ask(`${IMAGES}posters/4.png`))).toBe(200);
  });
});

describe('bad input', () => {
  const badKeys = ['', '%00', 'a%0Ab', '%FF', 'a/%2e%2e/b', 'x'.repeat(1025)];

  it.each(badKeys.flatMap((key) => [IMAGES + key, `${URLS}/${key}`]))('%s is 400 and names image_key', async (path) => {
    const reply = await forebay.ask(path);
    expect([reply.status, reply.headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(reply.json()['detail']).toMatch(/^image_key: /);
  });

  it.each(badKeys)('PUT of %s is 400 and names image_key', async (key) => {
    const reply = await manage(`${URLS}/${key}`, { method: 'PUT', headers: KEY });
    expect([reply.status, String(reply.json()['detail']).slice(0, 11)]).toEqual([400, 'image_key: ']);
  });

  it.each([
    ['mode', '?mode=stream'],
    ['mode', '?mode=proxy&mode=proxy'],
    ['refresh', '?refresh=1'],
  ])('of %s (%s) is 400 and names it', async (name, query) => {
    const reply = await forebay.ask(`${IMAGES}a${query}`);
    expect([reply.status, String(reply.json()['detail']).split(':')[0]]).toEqual([400, name]);
  });

  it.each([
    ['nothing', '', /JSON/],
    ['no JSON', '{', /JSON/],
    ['no object', '[]', /the body/],
    ['no keys', '{}', /image_keys/],
    ['an empty list', '{"image_keys":[]}', /image_keys/],
    ['a key that is no text', '{"image_keys":["a",7]}', /image_keys\.1/],
    ['too many keys', JSON.stringify({ image_keys: Array.from({ length: 10_001 }, () => 'a') }), /image_keys/],
    ['more than that', '{"image_keys":["a"],"keys":[]}', /keys/],
  ])('of a look-up, %s, is 400 and names the field', async (_, body, named) => {
    const reply = await forebay.ask(URLS, { method: 'POST', body });
    expect([reply.status, reply.headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(reply.json()['detail']).toMatch(named);
  });

  it('of a method is 405', async () => {
    expect((await forebay.ask(`${IMAGES}a`, { method: 'DELETE' })).headers['allow']).toBe('GET, HEAD, OPTIONS');
    expect((await forebay.ask(URLS, { method: 'DELETE' })).status).toBe(405);
  });
});

it('shows no signature in logs, metrics and status', async () => {
  const pages = await Promise.all(
    ['/metrics', '/status', '/stats', '/config', '/cache/keys?limit=100'].map((path) => manage(path, { headers: KEY })),
  );
  const shown = [...pages.map(({ body }) => body.toString()), ...forebay.output].join('\n');
  expect(shown).toContain('signed-images');
  expect(shown).not.toMatch(/X-Amz-|sample-secret-key/);
});
