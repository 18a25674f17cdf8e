import { describe, expect, it } from 'vitest';
import { endsAfterEach } from '../support/ends.js';
import { eventually, type Forebay } from '../support/forebay.js';
import { failuresOf, figures, percentile, sourceOf, underLoad, type Sample } from '../support/load.js';
import { pictureOf } from '../support/origin.js';
import { cuttableProxy, startRedis, type RedisServer } from '../support/redis.js';
import { purge, redisIs, redisNode, secondTier } from '../support/redis-nodes.js';

const ends = endsAfterEach();
const { origin } = ends;

async function redisServer(): Promise<RedisServer> {
  const started = await startRedis();
  ends.push(() => started.stop());
  return started;
}

async function node(...how: Parameters<typeof redisNode>): Promise<Forebay> {
  const started = await redisNode(...how);
  ends.push(() => started.end());
  return started;
}

const health = async (of: Forebay): Promise<unknown> => {
  const reply = await of.ask('/health');
  expect(reply.status).toBe(200);
  return reply.json()['status'];
};

describe('when Redis is frozen under load', () => {
  it('no request fails, memory answers as ever, and a miss waits no longer than the deadlines', async ({
    annotate,
  }) => {
    const [only, redis] = [await origin(), await redisServer()];
    const one = await node(only, [redis.address]);
    await redisIs(one, 'connected');
    const known = '/t/p/w92/known.png';
    await one.ask(known);
    const marks: number[] = [];
    const samples = await underLoad(
      6,
      // Every other request is for something new.
      (count) => ({ node: one, path: count % 2 === 0 ? known : `/t/p/w92/new-${count}.png` }),
      async (soFar) => {
        const more = async (count: number): Promise<void> => {
          const from = soFar.length;
          await eventually(
            async () => soFar.length - from,
            (seen) => seen >= count,
            'the load goes on',
          );
          marks.push(soFar.length);
        };
        await more(300);
        redis.freeze();
        await more(300);
        await redisIs(one, 'disconnected');
        await more(300);
        expect(await health(one)).toBe('degraded');
        redis.thaw();
        await redisIs(one, 'connected');
        await more(300);
      },
    );
    expect(failuresOf(samples)).toEqual([]);
    const [frozenAt, , thawedAt] = marks as [number, number, number, number];
    const hits = (part: readonly Sample[]): Sample[] => part.filter(({ path }) => path === known);
    const misses = (part: readonly Sample[]): Sample[] => part.filter(({ path }) => path !== known);
    const frozen = samples.slice(frozenAt, thawedAt);
    await annotate(`before: hits ${figures(hits(samples.slice(0, frozenAt)))}`);
    await annotate(`before: misses ${figures(misses(samples.slice(0, frozenAt)))}`);
    await annotate(`frozen: hits ${figures(hits(frozen))}`);
    await annotate(`frozen: misses ${figures(misses(frozen))}`);
    expect(hits(frozen).every(({ source }) => source === 'memory')).toBe(true);
    // Wide of the mark on purpose: what is to be told apart is waiting for Redis from waiting for its deadline.
    expect(percentile(hits(frozen), 1)).toBeLessThan(1000);
    expect(percentile(misses(frozen), 1)).toBeLessThan(3000);
    expect(await health(one)).toBe('healthy');
  });
});

describe('when Redis is gone at the start', () => {
  it('the disk serves meanwhile, health says so, and Redis is used once it is there', async ({ annotate }) => {
    const [only, redis] = [await origin(), await redisServer()];
    await redis.kill();
    // Room for one entry: what was asked before the last is no longer in memory.
    const one = await node(only, [redis.address], { MEMORY_CACHE_SIZE: '1' });
    const [first, second] = ['/t/p/w92/first.png', '/t/p/w92/second.png'];
    const source = async (path: string): Promise<string> => {
      const reply = await one.ask(path);
      expect(reply.status).toBe(200);
      expect(reply.body.equals(pictureOf(path))).toBe(true);
      return sourceOf(reply);
    };
    expect([await source(first), await source(second)]).toEqual(['upstream', 'upstream']);
    await redisIs(one, 'disconnected');
    await eventually(
      async () => [await source(first), await source(second)],
      (sources) => sources.every((from) => from === 'disk'),
      'both are on disk',
    );
    expect(only.asked.filter((path) => path === first || path === second).length).toBeLessThanOrEqual(4);
    expect(await health(one)).toBe('degraded');
    expect((await one.ask('/health/ready')).status).toBe(200);
    expect((await secondTier(one)).last_error).toContain('ECONNREFUSED');
    expect(await one.event('redis')).toMatchObject({
      level: 'warn',
      state: 'disconnected',
      error: expect.stringContaining('ECONNREFUSED'),
    });

    await redis.start();
    const begun = performance.now();
    await redisIs(one, 'connected');
    await annotate(`in use again after ${(performance.now() - begun).toFixed(0)} ms`);
    expect(await health(one)).toBe('healthy');
    const third = '/t/p/w92/third.png';
    expect(await source(third)).toBe('upstream');
    await eventually(
      async () => [await source(second), await source(third)][1],
      (from) => from === 'redis',
      'it is in Redis',
    );
  });
});

describe('when a node is cut off from Redis', () => {
  it('and something is purged elsewhere, it does not serve that after it has reconnected', async ({ annotate }) => {
    const [only, redis] = [await origin(), await redisServer()];
    let version = 1;
    only.misbehave = (request, response) => {
      const body = Buffer.concat([pictureOf(request.url ?? ''), Buffer.from(`version ${version}`)]);
      response.writeHead(200, { 'content-type': 'image/png', 'content-length': body.length }).end(body);
      return true;
    };
    const cable = await cuttableProxy(redis.port);
    ends.push(() => cable.close());
    const [far, near] = await Promise.all([node(only, [redis.address]), node(only, [`127.0.0.1:${cable.port}`])]);
    await Promise.all([redisIs(far, 'connected'), redisIs(near, 'connected')]);
    const paths = Array.from({ length: 5 }, (_, index) => `/t/p/w92/${index}.png`);
    const versions = (): Promise<string[]> =>
      Promise.all(paths.map(async (path) => (await near.ask(path)).body.subarray(-9).toString()));
    const all = (wanted: string): string[] => paths.map(() => wanted);
    expect(await versions()).toEqual(all('version 1'));
    await eventually(
      async () => sourceOf(await near.ask(paths[0] ?? '')),
      (from) => from === 'memory',
      'it is in memory',
    );

    cable.cut();
    await redisIs(near, 'disconnected');
    version = 2;
    expect(await purge(far, { keys: paths.slice(0, 3) })).toBe(3);
    await purge(far, { prefix: paths[3] });
    await purge(far, { prefix: paths[4] });
    // Nobody told it, and nobody could.
    expect(await versions()).toEqual(all('version 1'));

    cable.mend();
    const begun = performance.now();
    await redisIs(near, 'connected');
    await annotate(`connected again after ${(performance.now() - begun).toFixed(0)} ms`);
    for (let again = 0; again < 3; again += 1) expect(await versions()).toEqual(all('version 2'));
  });
});
