import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Forebay } from '../support/forebay.js';
import { sourceOf } from '../support/load.js';
import { Origin, pictureOf } from '../support/origin.js';
import { startCluster, startRedis } from '../support/redis.js';
import { purge, redisIs, redisNode } from '../support/redis-nodes.js';

const single = async (): Promise<{ addresses: readonly string[]; stop(): Promise<void> }> => {
  const server = await startRedis();
  return { addresses: [server.address], stop: () => server.stop() };
};

describe.each([
  ['one Redis server', single],
  ['a Redis Cluster of six', startCluster],
] as const)('two nodes that share %s', (_, start) => {
  const ends: (() => Promise<unknown>)[] = [];
  let origin: Origin;
  let north: Forebay;
  let south: Forebay;
  beforeAll(async () => {
    origin = await Origin.start();
    ends.push(() => origin.die());
    const redis = await start();
    ends.push(() => redis.stop());
    const begin = async (): Promise<Forebay> => {
      // A busy machine must not look like a Redis that is ill.
      const node = await redisNode(origin, redis.addresses, { REDIS_READ_TIMEOUT: '2' });
      ends.push(() => node.end());
      return node;
    };
    [north, south] = await Promise.all([begin(), begin()]);
    await Promise.all([redisIs(north, 'connected'), redisIs(south, 'connected')]);
  });
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });

  const askedFor = (path: string): number => origin.asked.filter((each) => each === path).length;
  const source = async (node: Forebay, path: string): Promise<string> => {
    const reply = await node.ask(path);
    expect(reply.status).toBe(200);
    expect(reply.body.equals(pictureOf(path))).toBe(true);
    return sourceOf(reply);
  };
  const inMemory = (node: Forebay, path: string): Promise<string> =>
    eventually(
      () => source(node, path),
      (from) => from === 'memory',
      'it is in memory',
    );
  const fetchedAnew = (node: Forebay, path: string): Promise<string> =>
    eventually(
      () => source(node, path),
      (from) => from === 'upstream',
      'it is fetched anew',
    );

  it('ask the origin once: what one fetched is a hit on the other', async () => {
    expect(await source(north, '/t/p/w500/one.png')).toBe('upstream');
    expect(await source(south, '/t/p/w500/one.png')).toBe('redis');
    expect(await source(south, '/t/p/w500/one.png')).toBe('memory');
    expect(askedFor('/t/p/w500/one.png')).toBe(1);
  });

  it('ask the origin once when many clients of both want the same at the same time', async () => {
    const path = '/t/p/w500/wanted.png';
    await Promise.all(Array.from({ length: 20 }, (__, index) => source(index % 2 === 0 ? north : south, path)));
    expect(askedFor(path)).toBe(1);
  });

  it('purge each other, memory included: a key, and a prefix in every route', async () => {
    const [one, two] = ['/t/p/w92/purged-1.png', '/t/p/w92/purged-2.png'];
    for (const path of [one, two]) {
      await source(north, path);
      await inMemory(south, path);
    }
    expect(await purge(north, { keys: [one] })).toBe(1);
    await fetchedAnew(south, one);
    expect(await source(south, two)).toBe('memory');
    await purge(north, { prefix: '/t/p/w92/' });
    await fetchedAnew(south, two);
  });

  it('clear the memory of each other, or all', async () => {
    const path = '/t/p/w500/cleared.png';
    await source(north, path);
    await inMemory(south, path);
    const clear = async (query: string): Promise<unknown> =>
      (await north.ask(`/cache/clear${query}`, { method: 'POST' })).json();
    expect(await clear('?type=memory')).toEqual({ cleared: ['memory'], entries: expect.any(Number) });
    await eventually(
      () => source(south, path),
      (from) => from === 'redis',
      'memory is empty',
    );
    const before = askedFor(path);
    expect(await clear('')).toEqual({ cleared: ['memory', 'redis', 'disk'], entries: expect.any(Number) });
    await fetchedAnew(south, path);
    expect(askedFor(path)).toBe(before + 1);
  });
});
