import { redisLock, type RedisLock, type RedisLockOptions } from '@forebay/cache-tiers/redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePorts, startRedis, type RedisServer } from '../support/redis-servers.js';
import { waitUntil } from '../support/wait-until.js';

let server: RedisServer;
const locks: RedisLock[] = [];
const lockOf = (options: RedisLockOptions = {}): RedisLock => {
  const lock = redisLock({ port: server.port, ...options });
  locks.push(lock);
  return lock;
};
beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  await Promise.all(locks.splice(0).map((lock) => lock.close()));
  await server.command('FLUSHALL');
});
afterAll(() => server.stop());

describe('the lock', () => {
  it('lets one process load and sends the others to the shared tier when it is done', async () => {
    const processes = Array.from({ length: 5 }, () => lockOf());
    let loading = 0;
    const outcomes = await Promise.all(
      processes.map(async (lock) => {
        const lease = await lock.claim('key');
        if (!lease) return 'look again';
        loading += 1;
        expect(loading).toBe(1);
        await new Promise((resume) => setTimeout(resume, 60));
        await lease.release();
        return 'loaded';
      }),
    );
    expect(outcomes.toSorted()).toEqual(['loaded', ...Array.from({ length: 4 }, () => 'look again')]);
  });

  it('sends on who may have missed the entry just before it was stored, and nobody later', async () => {
    const [a, b] = [lockOf(), lockOf()];
    await (await a.claim('key'))?.release();
    expect(await b.claim('key')).toBeUndefined();
    await waitUntil('no trace of it is left', async () => (await server.command('DBSIZE')) === 0);
    expect(await b.claim('key')).toBeDefined();
  });

  it('outlives a load that takes longer than the lock, and dies with its process', async () => {
    const [a, b] = [lockOf({ ttl: 150 }), lockOf({ ttl: 150, maxWait: 400 })];
    const lease = await a.claim('key');
    const begun = performance.now();
    // Nobody gives it back: b gives up waiting and may load, the lock standing all the while.
    const second = await b.claim('key');
    expect(performance.now() - begun).toBeGreaterThan(390);
    expect(second).toBeDefined();
    await second?.release();
    expect(await server.command('EXISTS', String(await server.command('RANDOMKEY')))).toBe(1);
    await lease?.release();
    await server.command('SET', 'forebay:l{x}dead', 'token', 'PX', 50);
    await waitUntil('the lock of a dead process ends', async () => (await server.command('DBSIZE')) === 0);
  });

  it('never removes the lock of another', async () => {
    const lock = lockOf();
    const lease = await lock.claim('key');
    const name = String(await server.command('RANDOMKEY'));
    await server.command('SET', name, 'of another');
    await lease?.release();
    expect(await server.command('GET', name)).toBe('of another');
  });

  it('fails open at once without Redis, and within its deadline when Redis is frozen', async () => {
    const [port = 0] = await freePorts(1);
    expect(await lockOf({ port }).claim('key')).toBeDefined();
    const lock = lockOf();
    await (await lock.claim('warm'))?.release();
    server.freeze();
    const begun = performance.now();
    expect(await lock.claim('key')).toBeDefined();
    expect(performance.now() - begun).toBeLessThan(4000);
    server.thaw();
  });

  it('stops waiting when the caller leaves', async () => {
    const [a, b] = [lockOf(), lockOf()];
    const lease = await a.claim('key');
    const leaving = new AbortController();
    const waiting = b.claim('key', { signal: leaving.signal });
    leaving.abort();
    expect(await waiting).toBeDefined();
    await lease?.release();
  });
});
