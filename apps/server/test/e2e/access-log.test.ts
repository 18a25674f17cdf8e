import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay, type AskOptions } from '../support/forebay.js';
import { Origin } from '../support/origin.js';

let origin: Origin;
beforeAll(async () => {
  origin = await Origin.start();
});
afterAll(() => origin.die());

describe('the access log', () => {
  it('tells of each request who asked, what came of it and what the cache did', async () => {
    const forebay = await Forebay.start({
      UPSTREAM_SERVERS: origin.url,
      ACCESS_LOG: 'json',
      SERVER_TIMING: 'true',
      TRUST_PROXY: '127.0.0.1',
    });
    const ask = async (path: string, id: string): Promise<Record<string, unknown>> => {
      await forebay.ask(path, { headers: { 'X-Request-Id': id, 'X-Forwarded-For': '203.0.113.9' } });
      const line = await forebay.line((text) => text.includes(`"request_id":"${id}"`) && text.includes('"access"'));
      return JSON.parse(line) as Record<string, unknown>;
    };
    const shared = { method: 'GET', status: 200, address: '203.0.113.9', protocol: 'HTTP/1.1' };
    expect(await ask('/t/p/w92/a.png', 'one')).toMatchObject({ ...shared, cache: 'miss', bytes: 20_000 });
    expect(await ask('/t/p/w92/a.png', 'two')).toMatchObject({ ...shared, cache: 'hit', source: 'memory' });
    expect(await ask('/t/p/w92/%GG', 'three')).toMatchObject({ status: 400, cache: 'none' });
    const own = await ask('/health', 'four');
    expect(own).toMatchObject({ ...shared, target: '/health' });
    expect(own['cache']).toBeUndefined();
    // With SERVER_TIMING, clients are told as well: of misses, hits and the server's own endpoints.
    for (const [path, cache] of [
      ['/t/p/w92/c.png', 'MISS'],
      ['/t/p/w92/c.png', 'HIT'],
      ['/health', undefined],
    ] as const) {
      const { headers } = await forebay.ask(path);
      expect(headers['x-cache']).toBe(cache);
      expect(headers['server-timing'], path).toMatch(/^total;dur=\d+\.\d$/);
    }
    await forebay.end();
  });

  it('has hits of the fast path, in the combined format', async () => {
    const forebay = await Forebay.start({ UPSTREAM_SERVERS: origin.url, ACCESS_LOG: 'combined' });
    for (let index = 0; index < 3; index += 1) await forebay.ask('/t/p/w92/b.png', { headers: { 'User-Agent': 'me' } });
    const isLine = (text: string): boolean =>
      /^127\.0\.0\.1 - - \[.*\] "GET \/t\/p\/w92\/b\.png HTTP\/1\.1" 200 20000 "-" "me"$/.test(text);
    await forebay.line(() => forebay.output.filter(isLine).length === 3);
    expect(forebay.output.filter((text) => text.includes('b.png'))).toHaveLength(3);
    await forebay.end();
  });

  it('names every request by its id, whatever answered it, and tells nothing that opens a stream', async () => {
    // Sample mode: all kinds of routes.
    const forebay = await Forebay.start({ ACCESS_LOG: 'json' });
    const logged = async (path: string, more: Partial<AskOptions> = {}): Promise<Record<string, unknown>> => {
      const { headers, json } = await forebay.ask(path, more);
      const id = String(headers['x-request-id']);
      if (headers['content-type'] === 'application/problem+json') expect(json()['request_id'], path).toBe(id);
      const line = await forebay.line((text) => text.includes(`"request_id":"${id}"`) && text.includes('"access"'));
      return JSON.parse(line) as Record<string, unknown>;
    };
    const store = '/api/v1/images/posters';
    const playlist = (await forebay.ask('/hls/vod/main.m3u8')).body.toString();
    const variant = /^[^#\s].*$/m.exec(playlist)?.[0] ?? '';
    for (const [path, wanted] of [
      ['/t/p/w92/film-1.png', { status: 200 }],
      [`${store}/1.png?mode=proxy`, { status: 200, cache: 'miss' }],
      // From memory, by the listener that knows no request.
      [`${store}/1.png?mode=proxy`, { status: 200, cache: 'hit', source: 'memory' }],
      [`${store}/1.png`, { status: 302 }],
      [`${store}/none.png?mode=proxy`, { status: 404 }],
      [`${store}/none.png?mode=proxy`, { status: 404 }],
      ['/hls/vod/main.m3u8', { status: 200 }],
      [variant, { status: 200, target: variant.split('?', 1)[0] }],
      ['/api/v1/nothing', { status: 404, bytes: expect.any(Number) as number }],
      ['/health', { status: 200, bytes: (await forebay.ask('/health')).body.length }],
    ] as const)
      expect(await logged(path), path).toMatchObject(wanted);
    expect(await logged('/health', { method: 'HEAD' })).toMatchObject({ status: 200, bytes: 0 });
    const grant = new URL(variant, 'http://localhost').search.slice(1);
    expect(grant).not.toBe('');
    expect(forebay.output.join('\n')).not.toContain(grant);
    await forebay.end();
  });

  it('is off by default, and samples all but failures when it should', async () => {
    const quiet = await Forebay.start({ UPSTREAM_SERVERS: origin.url });
    expect((await quiet.ask('/t/p/w92/a.png')).headers['server-timing']).toBeUndefined();
    await quiet.stop();
    expect(quiet.output.join('\n')).not.toContain('/t/p/w92/a.png');

    const none = await Forebay.start({
      UPSTREAM_SERVERS: 'http://127.0.0.1:9',
      ACCESS_LOG: 'combined',
      ACCESS_LOG_SAMPLE: '0',
    });
    await none.ask('/robots.txt');
    await none.ask('/t/p/w92/failing.png');
    await none.line((text) => text.includes('GET /t/p/w92/failing.png HTTP/1.1" 50'));
    expect(none.output.some((line) => line.includes('GET /robots.txt'))).toBe(false);
    await none.end();
  });
});
