import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';

let forebay: Forebay;
beforeAll(async () => {
  forebay = await Forebay.start({ NUM_WORKERS: '2' });
  await forebay.line((line) => line.includes('forebay --help'));
});
afterAll(() => forebay.end());

describe('with nothing configured, the server', () => {
  // Before anything is asked of the flaky server, which may be left alone for a while afterwards.
  it('is healthy, alive and ready', async () => {
    expect((await forebay.ask('/health')).json()).toMatchObject({ status: 'healthy' });
    expect((await forebay.ask('/health/live')).status).toBe(200);
    expect((await forebay.ask('/health/ready')).status).toBe(200);
  });

  it('prints links that all work', async () => {
    const links = forebay.output.flatMap((line) => /^ {4}.*http:\/\/127\.0\.0\.1:\d+(\/\S*)$/.exec(line)?.[1] ?? []);
    expect(links.length).toBeGreaterThan(8);
    for (const link of links) {
      const reply = await forebay.ask(link);
      if (reply.status === 302) {
        expect(reply.headers.location, link).toMatch(/^http:\/\/127\.0\.0\.1:/);
        continue;
      }
      expect(reply.status, link).toBe(200);
      if (/^\/(?:t\/p|api\/v1\/images)\//.test(link)) expect(reply.body.subarray(1, 4).toString(), link).toBe('PNG');
      else if (link.startsWith('/hls/')) expect(reply.body.toString(), link).toMatch(/^#EXTM3U\n/);
      else if (link === '/metrics') expect(reply.body.toString()).toMatch(/^# HELP forebay_/);
      else if (['/', '/gallery', '/player', '/docs'].includes(link))
        expect(reply.body.toString(), link).toMatch(/^<!doctype html>/);
      else expect(reply.json(), link).toBeTypeOf('object');
    }
  });

  it('has a start page and a player, and pictures at all other paths', async () => {
    for (const path of ['/', '/player?stream=live']) {
      const page = await forebay.ask(path);
      expect(page.headers['content-security-policy'], path).toContain("default-src 'none'");
      const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(page.body.toString()) ?? [];
      const code = await forebay.ask(script);
      expect(code.headers['content-type'], script).toContain('javascript');
      expect(code.headers['cache-control'], script).toContain('immutable');
    }
    expect((await forebay.ask('/players')).headers['cache-status']).toContain('forebay');
    expect((await forebay.ask('/sample-pages/nothing.js')).json()).toMatchObject({ status: 404 });
    expect((await forebay.ask('/', { method: 'DELETE' })).headers['allow']).toBe('GET, HEAD');
  });

  it('serves its posters without the slow and the flaky server being noticed', async () => {
    const replies = await Promise.all(
      Array.from({ length: 24 }, (_, index) => forebay.ask(`/t/p/w92/the-glass-tide-${101 + index}.png`)),
    );
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
  });

  it('shows workers and upstreams under /status', async () => {
    const status = (await forebay.ask('/status')).json();
    expect(status['workers']).toHaveLength(2);
    expect(status['workers']).toEqual(
      expect.arrayContaining([expect.objectContaining({ state: 'ready', restarts: 0, pid: expect.any(Number) })]),
    );
    const groups = status['upstream_groups'] as { name: string; servers: object[] }[];
    expect(groups.map(({ name, servers }) => [name, servers.length])).toEqual([
      ['tmdb-image', 3],
      ['tmdb-api', 1],
      ['hls', 2],
      ['signed-images', 1],
    ]);
    expect(groups[0]?.servers[0]).toMatchObject({ healthy: true, circuit: 'closed', in_flight: 0 });
  });

  it('counts over both workers under /stats', async () => {
    const before = (await forebay.ask('/stats')).json()['requests'] as { total: number };
    for (let index = 0; index < 10; index += 1) await forebay.ask('/t/p/w500/the-glass-tide-101.png');
    const after = (await forebay.ask('/stats')).json()['requests'] as { total: number };
    expect(after.total - before.total).toBe(10);
  });

  it('shows every option with its source, and no secret, under /config', async () => {
    const config = (await forebay.ask('/config')).json();
    expect(config['NUM_WORKERS']).toMatchObject({ value: 2, source: 'env' });
    expect(config['REQUEST_TIMEOUT']).toMatchObject({ value: 5000, source: 'default' });
    expect((await forebay.ask('/config')).body.toString()).not.toContain('sample-api-key');
  });

  it('answers /cache/info in the shape that its predecessors had', async () => {
    const info = (await forebay.ask('/cache/info')).json();
    expect(info).toMatchObject({
      cache_enabled: true,
      architecture: 'L1 (Memory) + L2 (Redis/Disk)',
      memory_cache: {
        enabled: true,
        hits: expect.any(Number),
        misses: expect.any(Number),
        hit_rate: expect.any(Number),
        current_size: expect.any(Number),
        max_size: 1000,
        total_size: expect.any(Number),
        max_bytes: 268435456,
      },
      l2_cache: { type: 'disk', state: 'connected', current_size: expect.any(Number), total_size: expect.any(Number) },
    });
  });

  it('changes an upstream at run time in both workers', async () => {
    const slow = '/api/v1/upstreams/tmdb-image/sample-slow';
    const change = (body: object) => forebay.ask(slow, { method: 'PATCH', body: JSON.stringify(body) });
    expect((await change({ weight: 5, enabled: false })).json()).toMatchObject({
      weight: 5,
      enabled: false,
      available: false,
    });
    expect((await change({ enabled: true })).json()).toMatchObject({ weight: 5, enabled: true });
    expect((await forebay.ask(`${slow}/reset`, { method: 'POST' })).json()).toMatchObject({ circuit: 'closed' });
    for (const wrong of [{}, { weight: 0 }, { weight: '5' }, { colour: 'red' }])
      expect((await change(wrong)).status).toBe(400);
    expect((await forebay.ask('/api/v1/upstreams/tmdb-image/nobody/reset', { method: 'POST' })).status).toBe(404);
    expect((await forebay.ask(slow)).status).toBe(405);
  });

  it('has nothing at paths that are reserved for later, however they are spelt', async () => {
    for (const path of ['/api/v1/nothing', '/cache/nothing', '/%61pi/v1/nothing', '/%68ealth/deep']) {
      const reply = await forebay.ask(path);
      expect(reply.status, path).toBe(404);
      expect(reply.headers['content-type'], path).toBe('application/problem+json');
    }
    expect((await forebay.ask('/health', { method: 'POST' })).status).toBe(405);
  });

  it('stops with status 0 on SIGTERM', async () => {
    expect(await forebay.stop()).toBe(0);
  });
});
