import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { customPreset } from '@forebay/reverse-proxy';
import { Origin, sendJson } from './support/origin.js';
import { MountedProxy } from './support/proxy.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function mount(
  script: Parameters<typeof Origin.start>[0],
  more: Partial<Parameters<typeof MountedProxy.start>[0]> = {},
): Promise<{ origin: Origin; proxy: MountedProxy }> {
  const origin = await Origin.start(script);
  const proxy = await MountedProxy.start({ preset: customPreset(), upstreams: [origin.url], ...more });
  ends.push(
    () => origin.stop(),
    () => proxy.stop(),
  );
  return { origin, proxy };
}

describe('a custom origin', () => {
  it('keeps its own rules: no-store and private are never stored', async () => {
    for (const rule of ['no-store', 'private, max-age=60']) {
      const { origin, proxy } = await mount(sendJson({}, { 'cache-control': rule }), { policy: 'override' });
      await proxy.get('/a');
      expect((await proxy.get('/a')).headers['cache-status']).not.toContain('hit');
      expect(origin.requests).toHaveLength(2);
    }
  });

  it('is revalidated with its validator, and a 304 renews what is stored', async () => {
    const { origin, proxy } = await mount(
      (request, response) => {
        if (request.headers['if-none-match'] === '"v1"')
          response.writeHead(304, { etag: '"v1"', 'cache-control': 'max-age=60' }).end();
        else sendJson({ v: 1 }, { etag: '"v1"', 'cache-control': 'max-age=0' })(request, response);
      },
      { staleWhileRevalidate: 0 },
    );
    await proxy.get('/a');
    const again = await proxy.get('/a');
    expect(again.headers['x-cache']).toBe('REVALIDATED');
    expect(again.body.toString()).toBe('{"v":1}');
    expect((await proxy.get('/a')).headers['x-cache']).toBe('HIT');
    expect(origin.requests).toHaveLength(2);
  });

  it('gives early hints, and they reach the client before the answer', async () => {
    const { proxy } = await mount((request, response) => {
      response.writeProcessing();
      response.writeEarlyHints(
        { link: '</style.css>; rel=preload', 'x-hint': 'yes', 'keep-alive': 'timeout=5' },
        () => {
          response.writeEarlyHints({ link: '</more.css>; rel=preload' });
          sendJson({ whole: true }, { 'cache-control': 'max-age=60' })(request, response);
        },
      );
    });
    const raw = await proxy.raw('GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    const parts = raw.split('\r\n\r\n').map((part) => part.split('\r\n'));
    expect(parts[0]?.[0]).toMatch(/^HTTP\/1\.1 102 /);
    expect(parts[1]).toEqual(['HTTP/1.1 103 Early Hints', 'Link: </style.css>; rel=preload', 'x-hint: yes']);
    expect(parts[2]?.[1]).toBe('Link: </more.css>; rel=preload');
    expect(parts[3]?.[0]).toBe('HTTP/1.1 200 OK');
    // The stored answer has no hints, and a client of HTTP/1.0 knows none.
    expect(await proxy.raw('GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(await proxy.raw('GET /b HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('never answers one bearer with what another was given', async () => {
    const { proxy } = await mount((request, response) => {
      sendJson({ for: request.headers.authorization }, { 'cache-control': 'public, max-age=60' })(request, response);
    });
    const ask = async (token: string): Promise<string> =>
      (await proxy.get('/me', { Authorization: token })).body.toString();
    expect(await ask('Bearer a')).toContain('Bearer a');
    expect(await ask('Bearer b')).toContain('Bearer b');
    expect(await ask('Bearer a')).toContain('Bearer a');
  });

  it('gets the methods that the route lists, with their bodies, and what they change is dropped', async () => {
    const bodies: string[] = [];
    const { origin, proxy } = await mount(
      (request, response) => {
        let text = '';
        request
          .on('data', (chunk: Buffer) => (text += chunk.toString()))
          .on('end', () => {
            bodies.push(text);
            sendJson({ method: request.method }, { 'cache-control': 'max-age=60' })(request, response);
          });
      },
      { methods: ['POST'] },
    );
    await proxy.get('/thing');
    expect((await proxy.get('/thing')).headers['x-cache']).toBe('HIT');
    const posted = await proxy.get('/thing', { 'Content-Type': 'text/plain' }, 'POST', 'hello');
    expect(posted.headers['x-cache']).toBe('BYPASS');
    expect(bodies).toContain('hello');
    expect((await proxy.get('/thing')).headers['x-cache']).toBe('MISS');
    expect((await proxy.get('/thing', {}, 'PUT')).status).toBe(405);
    expect(origin.requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET']);
  });

  it('may be sent a body for longer than it may take to answer', async () => {
    const origin = await Origin.start((request, response) => {
      request.resume().on('end', () => sendJson({ taken: true })(request, response));
    });
    const proxy = await MountedProxy.start({
      preset: customPreset(),
      methods: ['PUT'],
      upstreams: { origins: [origin.url], headersTimeout: 100, deadline: 200 },
    });
    ends.push(
      () => origin.stop(),
      () => proxy.stop(),
    );
    const status = await new Promise((resolve, reject) => {
      const upload = request({ host: '127.0.0.1', port: proxy.port, path: '/thing', method: 'PUT' }, (response) => {
        resolve(response.resume().statusCode);
      });
      upload.on('error', reject).write('the first half');
      setTimeout(() => upload.end('the second half'), 400);
    });
    expect(status).toBe(200);
  });

  it('may vary by any field of the request', async () => {
    const { origin, proxy } = await mount((request, response) => {
      sendJson(
        { language: request.headers['accept-language'] },
        { vary: 'Accept-Language', 'cache-control': 'max-age=60' },
      )(request, response);
    });
    const ask = async (language: string): Promise<string> =>
      (await proxy.get('/page', { 'Accept-Language': language })).body.toString();
    for (const language of ['de', 'en', 'fr', 'de', 'en', 'fr']) expect(await ask(language)).toContain(language);
    expect(origin.requests).toHaveLength(3);
  });

  it('is not told by one client, for all who come after, where requests come from', async () => {
    const { origin, proxy } = await mount(sendJson({}, { 'cache-control': 'max-age=60' }), { methods: ['POST'] });
    const hearsay = { Forwarded: 'host=evil', 'X-Forwarded-Host': 'evil', 'X-Real-IP': '10.0.0.1' };
    const override = { 'X-Original-URL': '/admin', 'X-HTTP-Method-Override': 'DELETE' };
    await proxy.get('/a', { ...hearsay, ...override, 'X-Custom': 'kept' });
    await proxy.get('/a', { ...hearsay, 'X-HTTP-Method-Override': 'PUT' }, 'POST');
    const [read, write] = origin.requests;
    for (const name of Object.keys({ ...hearsay, ...override })) {
      expect(read?.headers, name).not.toHaveProperty(name.toLowerCase());
    }
    for (const name of Object.keys(hearsay)) expect(write?.headers).not.toHaveProperty(name.toLowerCase());
    expect(read?.headers['x-custom']).toBe('kept');
    expect(write?.headers['x-http-method-override']).toBe('PUT');
  });

  it('that says nothing of caching has no answer to a request with cookies kept', async () => {
    const { origin, proxy } = await mount((request, response) => {
      sendJson({ for: request.headers.cookie }, request.url === '/said' ? { 'cache-control': 'max-age=60' } : {})(
        request,
        response,
      );
    });
    expect((await proxy.get('/me', { Cookie: 'session=a' })).body.toString()).toContain('session=a');
    expect((await proxy.get('/me', { Cookie: 'session=b' })).body.toString()).toContain('session=b');
    await proxy.get('/said', { Cookie: 'session=a' });
    expect((await proxy.get('/said', { Cookie: 'session=a' })).headers['x-cache']).toBe('HIT');
    expect(origin.requests).toHaveLength(3);
  });

  it('that forgets to say that its answers vary by coding gives nobody a coding that they do not take', async () => {
    const { origin, proxy } = await mount((request, response) => {
      const gzip = request.headers['accept-encoding'] === 'gzip';
      response.writeHead(200, { 'cache-control': 'max-age=60', ...(gzip ? { 'content-encoding': 'gzip' } : {}) });
      response.end(gzip ? gzipSync('plain') : 'plain');
    });
    const packed = await proxy.get('/a', { 'Accept-Encoding': 'gzip' });
    expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    const plain = await proxy.get('/a');
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(plain.body.toString()).toBe('plain');
    expect((await proxy.get('/a', { 'Accept-Encoding': 'br, gzip' })).headers['x-cache']).toBe('HIT');
    expect(origin.requests).toHaveLength(2);
  });

  it('cannot run a page in the proxy’s origin', async () => {
    for (const type of ['text/html', 'image/svg+xml']) {
      const { proxy } = await mount((_request, response) =>
        response.writeHead(200, { 'content-type': type, 'cache-control': 'max-age=60' }).end('<svg xmlns="x"/>'),
      );
      await proxy.get('/page');
      const { headers } = await proxy.get('/page');
      expect(headers['x-cache']).toBe('HIT');
      expect(headers['content-security-policy']).toMatch(/sandbox/);
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('answers only-if-cached with 504 when nothing is stored, and heeds a reload', async () => {
    const { origin, proxy } = await mount(sendJson({}, { 'cache-control': 'max-age=60' }));
    expect((await proxy.get('/a', { 'Cache-Control': 'only-if-cached' })).status).toBe(504);
    await proxy.get('/a');
    expect((await proxy.get('/a', { 'Cache-Control': 'only-if-cached' })).headers['x-cache']).toBe('HIT');
    await proxy.get('/a', { 'Cache-Control': 'no-cache' });
    expect(origin.requests).toHaveLength(2);
  });

  it('does not let clients who ask at once for what cannot be stored wait for each other', async () => {
    const waiting: (() => void)[] = [];
    const { origin, proxy } = await mount((request, response) => {
      waiting.push(() => sendJson({}, { 'cache-control': 'no-store' })(request, response));
    });
    const first = proxy.get('/a');
    while (waiting.length < 1) await new Promise((resolve) => setImmediate(resolve));
    waiting[0]?.();
    await first;
    const crowd = Array.from({ length: 20 }, () => proxy.get('/a'));
    while (waiting.length < 21) await new Promise((resolve) => setImmediate(resolve));
    for (const answer of waiting.slice(1)) answer();
    expect((await Promise.all(crowd)).every(({ status }) => status === 200)).toBe(true);
    expect(origin.requests).toHaveLength(21);
  });
});
