import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Forebay, type Reply } from '../support/forebay.js';
import { Origin, pictureOf } from '../support/origin.js';

const PATHS = Array.from({ length: 8 }, (_, index) => `/t/p/w500/poster-${index}.png`);
let origin: Origin;
let forebay: Forebay;
beforeAll(async () => {
  origin = await Origin.start();
  forebay = await Forebay.start({ UPSTREAM_SERVERS: origin.url, NUM_WORKERS: '2' });
});
afterAll(async () => {
  await forebay.end();
  await origin.die();
});

const detailOf = (reply: Reply): string =>
  /detail=(\w+)/.exec(String(reply.headers['cache-status']))?.[1] ?? 'upstream';

/** Where new connections, which reach one worker or the other, get the path from. */
async function sources(path: string, times = 12): Promise<Set<string>> {
  const replies = await Promise.all(Array.from({ length: times }, () => forebay.ask(path)));
  expect(replies.every(({ status, body }) => status === 200 && body.equals(pictureOf(path)))).toBe(true);
  return new Set(replies.map(detailOf));
}

describe('the cache of two workers', () => {
  it('asks the origin at most once a worker, and answers the same bytes everywhere', async () => {
    for (const path of PATHS) await sources(path);
    for (const path of PATHS) expect(origin.asked.filter((asked) => asked === path).length).toBeLessThanOrEqual(2);
    // The system hands out connections as it likes: a worker may see the path now for the first time, and find it on disk.
    await eventually(
      () => sources(PATHS[0] ?? ''),
      (seen) => [...seen].join() === 'memory',
      'both workers have it in memory',
    );
    expect(origin.asked.filter((asked) => asked === PATHS[0]).length).toBeLessThanOrEqual(2);
  });

  it('lists its keys by pages, and finds them by a part', async () => {
    // Writing to disk goes on behind the answers.
    await eventually(
      async () => (await forebay.ask('/cache/keys')).json()['total'],
      (total) => total === 8,
      'all is on disk',
    );
    const first = (await forebay.ask('/cache/keys?limit=5')).json();
    const second = (await forebay.ask('/cache/keys?limit=5&offset=5')).json();
    const keys = [...(first['keys'] as { key: string }[]), ...(second['keys'] as { key: string }[])].map(
      ({ key }) => key,
    );
    expect(first).toMatchObject({ total: 8, limit: 5, offset: 0 });
    expect(keys.toSorted()).toEqual(PATHS.map((path) => `tmdb-image:${path}`));
    expect((first['keys'] as object[])[0]).toMatchObject({
      content_type: 'image/png',
      size_bytes: 20_000,
      tiers: ['memory', 'disk'],
    });
    const found = (await forebay.ask('/cache/search?q=poster-3')).json();
    expect(found).toMatchObject({ total: 1, keys: [{ key: `tmdb-image:${PATHS[3]}` }] });
  });

  it.each([
    ['GET', '/cache/keys?limit=0', 'limit'],
    ['GET', '/cache/keys?limit=many', 'limit'],
    ['GET', '/cache/keys?offset=-1', 'offset'],
    ['GET', '/cache/search', 'q'],
    ['POST', '/cache/clear?type=everything', 'type'],
    ['POST', '/cache/purge', 'JSON'],
  ])('%s %s is 400 and names what is wrong', async (method, path, named) => {
    const reply = await forebay.ask(path, { method });
    expect(reply.status).toBe(400);
    expect(reply.json()['detail']).toContain(named);
  });

  it('clears memory in both workers and goes on from disk', async () => {
    const path = PATHS[1] ?? '';
    const before = origin.asked.length;
    const cleared = (await forebay.ask('/cache/clear?type=memory', { method: 'POST' })).json();
    expect(cleared).toEqual({ cleared: ['memory'], entries: expect.any(Number) });
    const info = await eventually(
      async () => (await forebay.ask('/cache/info')).json()['memory_cache'] as { current_size: number },
      ({ current_size }) => current_size === 0,
      'both memories are empty',
    );
    expect(info.current_size).toBe(0);
    expect((await sources(path)).has('disk')).toBe(true);
    expect(origin.asked.length).toBe(before);
  });

  it('purges by key and by prefix in both workers', async () => {
    const [first = '', second = ''] = PATHS;
    await sources(first);
    const purged = await forebay.ask('/cache/purge', {
      method: 'POST',
      body: JSON.stringify({ keys: [`tmdb-image:${first}`] }),
    });
    expect(purged.json()).toMatchObject({ purged: 1 });
    const before = origin.asked.length;
    expect(
      await eventually(
        () => sources(first),
        (seen) => seen.has('memory'),
        'it is cached again',
      ),
    ).toBeDefined();
    expect(origin.asked.slice(before)).toContain(first);
    await forebay.ask('/cache/purge', { method: 'POST', body: JSON.stringify({ prefix: '/t/p/w500/' }) });
    expect((await forebay.ask(second)).headers['x-cache']).toBe('MISS');
  });

  it('still has everything after a restart', async () => {
    for (const path of PATHS) await sources(path);
    const { cacheDir } = forebay;
    await eventually(
      async () => (await forebay.ask('/cache/keys')).json()['total'],
      (total) => total === 8,
      'all is on disk',
    );
    expect(await forebay.stop()).toBe(0);
    const before = origin.asked.length;
    forebay = await Forebay.start({ UPSTREAM_SERVERS: origin.url, CACHE_DIR: cacheDir });
    for (const path of PATHS) {
      const reply = await forebay.ask(path);
      expect(detailOf(reply)).toBe('disk');
      expect(reply.headers['x-cache']).toBe('HIT');
      expect(reply.body.equals(pictureOf(path))).toBe(true);
    }
    const asked = origin.asked.slice(before).filter((path) => PATHS.includes(path));
    expect(asked).toEqual([]);
  });

  it('clears all and asks the origin again', async () => {
    const cleared = (await forebay.ask('/cache/clear', { method: 'POST' })).json();
    expect(cleared).toEqual({ cleared: ['memory', 'disk'], entries: 8 });
    expect((await forebay.ask(PATHS[0] ?? '')).headers['x-cache']).toBe('MISS');
    expect((await forebay.ask('/cache/keys')).json()).toMatchObject({ total: 1 });
  });
});
