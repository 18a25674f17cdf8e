import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, type Config } from '../../src/config/index.js';
import type { RouteInput } from '../../src/config/define-config.js';

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'forebay-routes-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const load = async (env: Record<string, string>, routes?: readonly RouteInput[]): Promise<Config> => {
  if (routes !== undefined) await writeFile(join(cwd, 'forebay.config.json'), JSON.stringify({ routes }));
  return (await loadConfig({ env, cwd, terminal: false })).config;
};

describe('the variables stand for routes', () => {
  it('of sample mode when no upstream of any kind is named', async () => {
    expect(await load({})).toMatchObject({ sample: true, routes: [] });
  });

  it('of an image proxy, with weights, priorities and HTTP/2 where it is wanted', async () => {
    const { routes, sample } = await load({
      UPSTREAM_SERVERS: 'https://image.tmdb.org weight=5 http2, http://mirror.example:8080/base/ priority=2',
    });
    expect(sample).toBe(false);
    expect(routes).toEqual([
      expect.objectContaining({
        name: 'tmdb-image',
        mount: '/',
        cachePolicy: 'override',
        methods: ['GET', 'HEAD'],
        probePath: '/t/p/original/wwemzKWzjKYJFfCeiB57q3r4Bcm.png',
        rateLimit: undefined,
        upstreams: [
          { name: 'image.tmdb.org', url: 'https://image.tmdb.org', weight: 5, priority: 1, http2: true },
          { name: 'mirror.example:8080-base', url: 'http://mirror.example:8080/base', weight: 1, priority: 2 },
        ],
      }),
    ]);
  });

  it('of the API under /3/ once its key is set', async () => {
    const { routes } = await load({ UPSTREAM_SERVERS: 'https://image.tmdb.org', TMDB_API_KEY: 'key' });
    expect(routes[1]).toMatchObject({
      mount: '/3/',
      upstreamPath: '/3/',
      kind: 'tmdb-api',
      apiKey: 'key',
      probePath: '/3/configuration',
      rateLimit: 40,
      upstreams: [{ url: 'https://api.themoviedb.org' }],
    });
  });

  it('of an API proxy at / with UPSTREAM_TYPE=tmdb-api', async () => {
    const { routes } = await load({ UPSTREAM_TYPE: 'tmdb-api', TMDB_API_KEY: 'key' });
    expect(routes).toEqual([
      expect.objectContaining({ mount: '/', upstreamPath: '/', kind: 'tmdb-api', apiKey: 'key' }),
    ]);
  });

  it('of a custom proxy that respects its origin and passes the methods it is told', async () => {
    const custom = { UPSTREAM_TYPE: 'custom', UPSTREAM_SERVERS: 'https://a.example', CUSTOM_CONTENT_TYPE: 'Image/*' };
    expect((await load({ ...custom, CUSTOM_METHODS: 'post' })).routes[0]).toMatchObject({
      cachePolicy: 'respect',
      methods: ['GET', 'HEAD', 'POST'],
      contentTypes: ['image/*'],
      probePath: undefined,
    });
    expect((await load({ ...custom, CUSTOM_METHODS: '*' })).routes[0]?.methods).toBe('*');
  });
});

describe('a configuration file', () => {
  it('mounts routes beside those of the variables and fills in what they leave open', async () => {
    const { routes } = await load({ UPSTREAM_SERVERS: 'https://image.tmdb.org', TMDB_API_KEY: 'key' }, [
      {
        mount: '/covers',
        kind: 'custom',
        upstreams: ['https://a.example weight=2', { url: 'https://b.example', name: 'spare', priority: 2 }],
        lifetimes: { image: { memory: '1h' } },
        rateLimit: 10,
      },
    ]);
    expect(routes.map(({ mount }) => mount)).toEqual(['/', '/3/', '/covers/']);
    expect(routes[2]).toMatchObject({
      name: 'covers',
      upstreamPath: '/',
      upstreams: [
        { name: 'a.example', weight: 2, priority: 1 },
        { name: 'spare', weight: 1, priority: 2 },
      ],
      rateLimit: 10,
      lifetimes: { image: { memory: 3_600_000, l2: 604_800_000 }, json: { memory: 900_000 } },
    });
  });

  it.each([
    ['a mount twice', [{ mount: '/', kind: 'custom', upstreams: 'https://b.example' }], /mounted once each/],
    ['a reserved mount', [{ mount: '/cache/x', kind: 'custom', upstreams: 'https://b.example' }], /own paths/],
    ['the mount of an endpoint', [{ mount: '/status', kind: 'custom', upstreams: 'https://b.example' }], /own paths/],
    ['an unknown setting', [{ mount: '/x', kind: 'custom', upstreams: 'https://b.example', ttl: 1 }], /no setting ttl/],
    ['a wrong upstream', [{ mount: '/x', kind: 'custom', upstreams: ['b.example'] }], /URL that begins with http/],
  ])('may not hold %s', async (_what, routes, message) => {
    await expect(load({ UPSTREAM_SERVERS: 'https://a.example' }, routes as RouteInput[])).rejects.toThrow(message);
  });
});
