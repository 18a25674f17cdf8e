import { redisTier, type RedisTier, type RedisTierOptions } from '@forebay/cache-tiers/redis';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { bytesOf, headOf, put, read } from '../support/entries.js';
import { freePorts, startRedis, type RedisServer } from '../support/redis-servers.js';
import { waitUntil } from '../support/wait-until.js';

const closing: (() => Promise<unknown>)[] = [];
const tierOf = (options: RedisTierOptions): RedisTier => {
  const tier = redisTier(options);
  closing.push(() => tier.close());
  return tier;
};
const serverOf = async (...args: Parameters<typeof startRedis>): Promise<RedisServer> => {
  const server = await startRedis(...args);
  closing.push(() => server.stop());
  return server;
};
/** How long it takes, in ms. */
/** Whatever waits for a server that never answers takes longer than this, however busy the machine is. ms */
const HANGS = 4000;
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** The quickest of several tries: what the work costs when the machine lets it. */
const quickest = async (work: () => Promise<unknown>): Promise<number> => {
  let least = Infinity;
  for (let turn = 0; turn < 5; turn += 1) least = Math.min(least, await timed(work));
  return least;
};

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe('a tier whose Redis', () => {
  it('is gone at the start has nothing, says so, and is back when Redis is', async () => {
    const [port = 0] = await freePorts(1);
    const tier = tierOf({ nodes: [`127.0.0.1:${port}`] });
    expect(tier.state()).toBe('connecting');
    expect(await read(tier, 'a')).toBeUndefined();
    await waitUntil('it gave up', () => tier.state() === 'disconnected');
    expect(tier.lastError?.message).toMatch(/ECONNREFUSED/);
    expect(await quickest(() => read(tier, 'a'))).toBeLessThan(80);
    expect(await tier.write('a', headOf(), 100)).toBeUndefined();
    expect(await tier.delete('a')).toBe(false);
    expect((await tier.keys({ limit: 5 })).keys).toEqual([]);
    expect(await tier.clear()).toBe(0);
    const server = await serverOf([], { port });
    await waitUntil('it is connected', () => tier.state() === 'connected', { within: 2000 });
    await put(tier, 'b', bytesOf(200), { head: headOf({ storedAt: Date.now() + 1 }) });
    expect((await read(tierOf({ nodes: [server.address] }), 'b'))?.length).toBe(200);
  });

  it('is frozen at the start costs the first few a deadline and the rest nothing', async () => {
    const server = await serverOf();
    server.freeze();
    const tier = tierOf({ port: server.port });
    for (let turn = 0; turn < 3; turn += 1) expect(await timed(() => read(tier, 'a'))).toBeLessThan(HANGS);
    expect(await quickest(() => read(tier, 'a'))).toBeLessThan(80);
    server.thaw();
    await waitUntil('it is connected', () => tier.state() === 'connected', { within: 2000 });
  });

  it('is killed and started again serves on as soon as it answers', async () => {
    const server = await serverOf();
    const tier = tierOf({ port: server.port });
    await put(tier, 'a', bytesOf(10));
    await server.kill();
    await waitUntil('the loss is noticed', () => tier.state() === 'disconnected');
    expect(await read(tier, 'a')).toBeUndefined();
    await server.start();
    await waitUntil('it is back', () => tier.state() === 'connected', { within: 2000 });
    await put(tier, 'a', bytesOf(20));
    expect((await read(tier, 'a'))?.length).toBe(20);
  });

  it('is frozen costs a read its deadline, then nothing, until it thaws', async () => {
    const server = await serverOf();
    const tier = tierOf({ port: server.port });
    await put(tier, 'a', bytesOf(10));
    server.freeze();
    const first = await Promise.all(Array.from({ length: 20 }, () => timed(() => read(tier, 'a'))));
    expect(Math.max(...first)).toBeLessThan(HANGS);
    expect(tier.state()).toBe('disconnected');
    expect(await quickest(() => read(tier, 'a'))).toBeLessThan(80);
    server.thaw();
    await waitUntil('it is back', () => tier.state() === 'connected', { within: 2000 });
    expect((await read(tier, 'a'))?.length).toBe(10);
  });

  it('is frozen keeps the newest of the writes on their way, and this process sees them', async () => {
    const server = await serverOf();
    const tier = tierOf({ port: server.port, writeTimeout: 200 });
    await put(tier, 'a', bytesOf(10));
    server.freeze();
    const writing = Array.from({ length: 50 }, (_, turn) => put(tier, 'a', bytesOf(1000, turn)));
    await waitUntil('the last is next', () => tier.writes().waiting <= 2);
    expect((await read(tier, 'a'))?.equals(bytesOf(1000, 49))).toBe(true);
    await Promise.all(writing);
    server.thaw();
    await waitUntil('what waited is written', () => tier.writes().waiting === 0);
    expect((await read(tierOf({ port: server.port }), 'a'))?.equals(bytesOf(1000, 49))).toBe(true);
  });

  it('sleeps costs no more than the deadline of each operation', async () => {
    const server = await serverOf();
    const tier = tierOf({ port: server.port, readTimeout: 50, writeTimeout: 100 });
    await put(tier, 'a', bytesOf(10));
    const sleeping = server.command('DEBUG', 'SLEEP', '1.2');
    await waitUntil('it sleeps', async () => (await timed(() => read(tier, 'a'))) > 45, { every: 1 });
    expect(await timed(() => put(tier, 'b', bytesOf(10)))).toBeLessThan(HANGS);
    expect(await timed(() => tier.delete('a'))).toBeLessThan(HANGS);
    expect(await read(tier, 'a')).toBeUndefined();
    await sleeping;
    await waitUntil('it is back', () => tier.state() === 'connected', { within: 2000 });
    await waitUntil('the delete is done', async () => (await server.command('DBSIZE')) === 1);
  });

  it('is full refuses writes, which are counted, and still serves reads', async () => {
    const server = await serverOf([
      ['maxmemory', '3mb'],
      ['maxmemory-policy', 'noeviction'],
    ]);
    const tier = tierOf({ port: server.port });
    await put(tier, 'small', bytesOf(100));
    for (let turn = 0; turn < 40; turn += 1) await put(tier, `big-${turn}`, bytesOf(100_000, turn));
    expect(tier.writes().refused).toBeGreaterThan(10);
    expect(tier.lastError?.message).toMatch(/OOM/);
    expect((await read(tier, 'small'))?.length).toBe(100);
    expect(tier.state()).toBe('connected');
    const stats = await tier.stats();
    expect(stats.maxBytes).toBe(3 * 1024 * 1024);
    expect(stats.entries).toBeGreaterThan(5);
    expect(await tier.delete('big-0')).toBe(true);
  });

  it('does not know the password is away, and says why', async () => {
    const server = await serverOf([], { password: 'right' });
    const tier = tierOf({ port: server.port, password: 'not the secret' });
    expect(await read(tier, 'a')).toBeUndefined();
    await waitUntil('it gave up', () => tier.state() === 'disconnected');
    expect(tier.lastError?.message).toMatch(/WRONGPASS/);
    expect(inspect(tier.lastError, { depth: 10 })).not.toContain('secret');
    const good = tierOf({ port: server.port, password: 'right' });
    await put(good, 'a', bytesOf(10));
    expect((await read(good, 'a'))?.length).toBe(10);
  });

  it('is away gives way to the fallback nodes, and what was deleted meanwhile does not come back', async () => {
    const [main, spare] = [await serverOf(), await serverOf()];
    const tier = tierOf({ nodes: [main.address], fallbackNodes: [spare.address] });
    await put(tier, 'kept', bytesOf(10));
    await put(tier, 'deleted', bytesOf(20));
    await put(tier, 'purged', bytesOf(20), { head: headOf({ tags: ['film'] }) });
    main.freeze();
    await waitUntil('the fallback is in use', async () => {
      await read(tier, 'kept');
      return tier.state() === 'fallback';
    });
    expect(tier.nodes).toEqual([spare.address]);
    await put(tier, 'new', bytesOf(30));
    expect((await read(tierOf({ nodes: [spare.address] }), 'new'))?.length).toBe(30);
    await tier.delete('deleted');
    await tier.purge?.([{ kind: 'tag', value: 'film', at: Date.now(), soft: false }]);
    main.thaw();
    await waitUntil('it returned', () => tier.state() === 'connected', { within: 2000 });
    expect(await read(tier, 'deleted')).toBeUndefined();
    const other = tierOf({ nodes: [main.address] });
    await waitUntil('the other processes agree', async () => !(await read(other, 'deleted')));
    await waitUntil('on the purge too', async () => !(await read(other, 'purged')));
    expect((await read(tier, 'kept'))?.length).toBe(10);
  });

  it('is frozen lets writes wait within their bound only, and drops the oldest', async () => {
    const server = await serverOf();
    const tier = tierOf({ port: server.port, writeBehind: 600_000 });
    await put(tier, 'first', bytesOf(10));
    server.freeze();
    const writing: Promise<void>[] = [];
    for (let turn = 0; turn < 100; turn += 1) {
      writing.push(put(tier, `key-${turn}`, bytesOf(10_000)));
      await new Promise((resume) => setImmediate(resume));
    }
    expect(tier.writes().waiting + tier.writes().dropped).toBe(100);
    expect(tier.writes().waitingBytes).toBeLessThanOrEqual(600_000);
    expect(tier.writes().dropped).toBeGreaterThan(30);
    expect((await read(tier, 'key-99'))?.length).toBe(10_000);
    server.thaw();
    await Promise.all(writing);
  });
});
