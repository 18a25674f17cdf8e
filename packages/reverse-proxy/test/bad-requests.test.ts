import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Origin } from './support/origin.js';
import { MountedProxy } from './support/proxy.js';

let origin: Origin;
let proxy: MountedProxy;
beforeAll(async () => {
  origin = await Origin.start();
  proxy = await MountedProxy.start({ upstreams: [origin.url] });
});
afterAll(async () => {
  await proxy.stop();
  await origin.stop();
});

describe('a request that is wrong', () => {
  it.each([
    ['/t/p/../../etc/passwd', 400],
    ['/t/p/%2e%2e/x.png', 400],
    ['/t/p/..%2fx.png', 400],
    ['/t/p/w500/..', 400],
    ['/t/p/%00.png', 400],
    ['/t/p/%zz.png', 400],
    ['/t/p/%', 400],
    ['/t/p/a|b', 400],
    [`/t/p/x.png?${'q'.repeat(16_384)}`, 414],
  ] as const)('is refused: %.40s', async (path, status) => {
    const reply = await proxy.get(path);
    expect(reply.status).toBe(status);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    const problem = JSON.parse(reply.body.toString()) as Record<string, unknown>;
    expect(problem).toMatchObject({ status, request_id: reply.headers['x-request-id'] });
    expect(problem['detail']).toEqual(expect.any(String));
  });

  it('with a method that the route does not have gets 405 and what is allowed', async () => {
    const reply = await proxy.get('/t/p/w500/a.png', {}, 'DELETE');
    expect(reply.status).toBe(405);
    expect(reply.headers['allow']).toBe('GET, HEAD, OPTIONS');
  });

  it('with OPTIONS is answered as a CORS preflight', async () => {
    const reply = await proxy.get('/t/p/w500/a.png', { 'Access-Control-Request-Headers': 'range' }, 'OPTIONS');
    expect(reply.status).toBe(204);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'range',
    });
  });

  it.each([
    ['bytes that are no HTTP', 'GARBAGE\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'an authority-form target',
      'GET example.org:80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      /^HTTP\/1\.1 400 |^$/,
    ],
    [
      'a line break in a header',
      'GET /t/p/w500/a.png HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-A: 1\rX-B: 2\r\n\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    [
      '500 headers',
      `GET /t/p/w500/a.png HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${Array.from({ length: 500 }, (_, n) => `X-${n}: 1\r\n`).join('')}\r\n`,
      /^HTTP\/1\.1 (?:200|431) /,
    ],
  ])('does no harm: %s', async (_name, text, expected) => {
    expect(await proxy.raw(text)).toMatch(expected);
    expect((await proxy.get('/t/p/w500/after.png')).status).toBe(200);
  });

  it('never reaches an origin of its own choosing', async () => {
    const before = origin.requests.length;
    const reply = await proxy.get('//evil.example/t/p/w500/b.png');
    expect(reply.status).toBe(200);
    expect(origin.requests.at(-1)).toMatchObject({ url: '//evil.example/t/p/w500/b.png' });
    expect(origin.requests.at(-1)?.headers.host).toBe(new URL(origin.url).host);
    expect(origin.requests).toHaveLength(before + 1);
  });
});
