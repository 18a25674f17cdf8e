import {
  redisBus,
  redisTier,
  type BusGap,
  type BusMessage,
  type InvalidationBus,
  type RedisBusOptions,
} from '@forebay/cache-tiers/redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cuttableProxy } from '../support/cuttable-proxy.js';
import { bytesOf, headOf, put, read } from '../support/entries.js';
import { startCluster, startRedis, type RedisServer } from '../support/redis-servers.js';
import { waitUntil } from '../support/wait-until.js';

let server: RedisServer;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => server.stop());

interface Listening {
  readonly bus: InvalidationBus;
  readonly heard: BusMessage[];
  readonly gaps: BusGap[];
}

const listen = async (options: RedisBusOptions): Promise<Listening> => {
  const bus = redisBus({ heartbeat: 50, ...options });
  closing.push(() => bus.close());
  const heard: BusMessage[] = [];
  const gaps: BusGap[] = [];
  bus.onMessage((message) => heard.push(message));
  bus.onGap((gap) => gaps.push(gap));
  await waitUntil('the bus is connected', () => bus.state() === 'connected');
  return { bus, heard, gaps };
};
const deleted = (...keys: string[]): BusMessage => ({ type: 'delete', keys });

describe('the bus', () => {
  it('carries messages to all others, in order, and not back', async () => {
    const [a, b, c] = [
      await listen({ port: server.port }),
      await listen({ port: server.port }),
      await listen({ port: server.port }),
    ];
    const messages: BusMessage[] = [
      deleted('x', 'ключ'),
      { type: 'purge', marks: [{ kind: 'tag', value: 't', at: 5, soft: true }] },
      { type: 'clear', at: 7 },
      { type: 'note', topic: 'own', payload: { deep: [1] } },
    ];
    for (const message of messages) await a.bus.publish(message);
    await waitUntil('all have heard', () => b.heard.length === 4 && c.heard.length === 4);
    expect(b.heard).toEqual(messages);
    expect(a.heard).toEqual([]);
  });

  it('says at the start that what came before was not heard', async () => {
    const before = Date.now();
    const { gaps } = await listen({ port: server.port });
    expect(gaps).toHaveLength(1);
    expect(gaps[0]?.until).toBeGreaterThanOrEqual(before);
  });

  it('notices a silent cut, and tells the gap when it hears again', async () => {
    const proxy = await cuttableProxy(server.port);
    closing.push(() => proxy.close());
    const a = await listen({ port: server.port });
    const b = await listen({ port: proxy.port, writeTimeout: 100, connectTimeout: 300 });
    await a.bus.publish(deleted('before'));
    await waitUntil('b heard', () => b.heard.length === 1);
    const cutAt = Date.now();
    proxy.cut();
    await a.bus.publish(deleted('missed'));
    await waitUntil('b notices', () => b.bus.state() === 'lost', { within: 2000 });
    expect(b.gaps).toHaveLength(1);
    proxy.mend();
    await waitUntil('b hears again', () => b.bus.state() === 'connected', { within: 3000 });
    expect(b.heard).toHaveLength(1);
    const gap = b.gaps.at(-1);
    expect(gap?.since).toBeLessThanOrEqual(cutAt);
    expect(gap?.until).toBeGreaterThanOrEqual(cutAt);
    await a.bus.publish(deleted('after'));
    await waitUntil('b hears', () => b.heard.length === 2);
  });

  it('keeps what cannot be said now, and says it later', async () => {
    const proxy = await cuttableProxy(server.port);
    closing.push(() => proxy.close());
    const a = await listen({ port: proxy.port, writeTimeout: 100, connectTimeout: 300 });
    const b = await listen({ port: server.port });
    proxy.cut();
    await a.bus.publish(deleted('later'));
    expect(b.heard).toEqual([]);
    proxy.mend();
    await waitUntil('b heard it', () => b.heard.some((message) => message.type === 'delete'), { within: 3000 });
    expect(b.heard).toContainEqual(deleted('later'));
  });

  it('tells a gap rather than forget, when there was too much to keep', async () => {
    const proxy = await cuttableProxy(server.port);
    closing.push(() => proxy.close());
    const a = await listen({ port: proxy.port, writeTimeout: 100, connectTimeout: 300, maxPending: 5 });
    const b = await listen({ port: server.port });
    proxy.cut();
    const first = a.bus.publish(deleted('0'));
    for (let index = 1; index < 8; index += 1) void a.bus.publish(deleted(String(index)));
    await first;
    proxy.mend();
    await waitUntil('b is told', () => b.gaps.some(({ since }) => since === 0), { within: 3000 });
    expect(b.heard.length).toBeLessThan(8);
  });

  it('makes a tier forget what it has not sent yet when another deletes it', async () => {
    const [a, b] = [await listen({ port: server.port }), await listen({ port: server.port })];
    const spare = await startRedis();
    closing.push(() => spare.stop());
    const tier = redisTier({ port: spare.port, bus: b.bus });
    closing.push(() => tier.close());
    await put(tier, 'here', bytesOf(10));
    spare.freeze();
    await put(tier, 'key', bytesOf(100), { head: headOf() });
    expect(await read(tier, 'key')).toBeDefined();
    await a.bus.publish(deleted('key'));
    await waitUntil('the tier forgot it', async () => (await read(tier, 'key')) === undefined);
    spare.thaw();
    await waitUntil('the tier is back', () => tier.state() === 'connected' && tier.writes().waiting === 0);
    expect(await read(tier, 'key')).toBeUndefined();
  });

  it('hears by way of any master of a cluster, and finds another node when its own dies', async () => {
    const cluster = await startCluster();
    closing.push(() => cluster.stop());
    const [a, b] = [await listen({ nodes: cluster.addresses }), await listen({ nodes: cluster.addresses })];
    for (let index = 0; index < 20; index += 1) await a.bus.publish(deleted(String(index)));
    await waitUntil('b heard all', () => b.heard.length === 20);
    // Whichever node b listens to, it is among these in turn.
    let lost = 0;
    b.bus.onState((state) => (lost += state === 'lost' ? 1 : 0));
    for (const server of cluster.servers) {
      const clients = String(await server.command('CLIENT', 'LIST'));
      if (!clients.includes('name=forebay-bus')) continue;
      await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    }
    await waitUntil('b lost it', () => lost > 0);
    await waitUntil('b is back', () => b.bus.state() === 'connected' && a.bus.state() === 'connected');
    expect(b.gaps.length).toBeGreaterThan(1);
    await a.bus.publish(deleted('again'));
    await waitUntil('b hears', () => b.heard.length === 21);
  });
});
