import { createTieredCache, memoryTier, type Loaded, type TieredCache } from '@forebay/cache-tiers';
import { redisBus, redisLock, redisTier, type InvalidationBus } from '@forebay/cache-tiers/redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cuttableProxy } from '../support/cuttable-proxy.js';
import { bodyOf } from '../support/entries.js';
import { startRedis, type RedisServer } from '../support/redis-servers.js';
import { waitUntil } from '../support/wait-until.js';

let server: RedisServer;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await server.command('FLUSHALL');
});
afterAll(() => server.stop());

interface Node {
  readonly cache: TieredCache;
  readonly bus: InvalidationBus;
  /** How often this node asked the origin. */
  loads: number;
  get(key: string): Promise<string>;
}

/** One Forebay node as far as its cache goes; its bus may take another way than its tier. */
const nodeOf = async (origin: () => Promise<string>, busPort = server.port): Promise<Node> => {
  const bus = redisBus({ port: busPort, heartbeat: 50, writeTimeout: 100, connectTimeout: 300 });
  const coordinator = redisLock({ port: server.port });
  const tier = redisTier({ port: server.port, bus });
  const cache = createTieredCache({ tiers: [memoryTier({ maxBytes: 1e6 }), tier], bus, coordinator });
  closing.push(async () => {
    await cache.close();
    await coordinator.close();
    await bus.close();
  });
  await waitUntil('the node is connected', () => bus.state() === 'connected' && tier.state() === 'connected');
  const node: Node = {
    cache,
    bus,
    loads: 0,
    get: async (key) => {
      const opened = await cache.getOrSet(key, async (): Promise<Loaded> => {
        node.loads += 1;
        const body = Buffer.from(await origin());
        return { kind: 'store', metadata: {}, lifetime: { ttl: 60_000 }, tags: ['all'], body };
      });
      return (await bodyOf(opened.body)).toString();
    },
  };
  return node;
};

describe('nodes that share a Redis', () => {
  it('load once for all of them', async () => {
    let answer = (): void => {};
    const origin = new Promise<string>((resolve) => {
      answer = () => resolve('bytes');
    });
    const nodes = await Promise.all([nodeOf(() => origin), nodeOf(() => origin), nodeOf(() => origin)]);
    const asked = nodes.flatMap((node) => [node.get('key'), node.get('key')]);
    await waitUntil('one has begun', () => nodes.some(({ loads }) => loads > 0));
    answer();
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 6 }, () => 'bytes'));
    expect(nodes.reduce((sum, { loads }) => sum + loads, 0)).toBe(1);
  });

  it('forget what one of them deleted or purged by a tag, memory included', async () => {
    let version = 1;
    const origin = (): Promise<string> => Promise.resolve(`version ${version}`);
    const [a, b] = [await nodeOf(origin), await nodeOf(origin)];
    expect([await a.get('key'), await b.get('key')]).toEqual(['version 1', 'version 1']);
    version = 2;
    await a.cache.delete('key');
    await waitUntil('b forgot it', () => b.cache.peek('key') === undefined);
    expect([await b.get('key'), await a.get('key')]).toEqual(['version 2', 'version 2']);
    version = 3;
    await b.cache.purge({ tags: ['all'] });
    await waitUntil('a forgot it', () => a.cache.peek('key') === undefined);
    expect([await a.get('key'), await b.get('key')]).toEqual(['version 3', 'version 3']);
  });

  it('do not trust what they kept while they could not hear of deletes', async () => {
    const proxy = await cuttableProxy(server.port);
    closing.push(() => proxy.close());
    let version = 1;
    const origin = (): Promise<string> => Promise.resolve(`version ${version}`);
    const [a, b] = [await nodeOf(origin), await nodeOf(origin, proxy.port)];
    expect([await a.get('gone'), await b.get('gone')]).toEqual(['version 1', 'version 1']);
    proxy.cut();
    version = 2;
    await a.cache.delete('gone');
    proxy.mend();
    await waitUntil('b noticed', () => b.bus.state() === 'lost', { every: 1 });
    await waitUntil('b hears again', () => b.bus.state() === 'connected');
    expect(await b.get('gone')).toBe('version 2');
  });

  it('answer from the origin, a deadline later at most, while Redis is frozen', async () => {
    const node = await nodeOf(() => Promise.resolve('bytes'));
    await node.get('kept');
    server.freeze();
    const times: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const begun = performance.now();
      expect(await node.get(`key-${index}`)).toBe('bytes');
      times.push(performance.now() - begun);
    }
    // A look into Redis, 100 ms, until its breaker opens; then nothing. The lock is not waited for besides.
    expect(Math.max(...times)).toBeLessThan(4000);
    expect(times.toSorted((a, b) => a - b)[10]).toBeLessThan(80);
    expect(Math.min(...times)).toBeLessThan(80);
    expect(await node.get('kept')).toBe('bytes');
    server.thaw();
  });
});
