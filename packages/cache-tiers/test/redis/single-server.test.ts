import { redisTier, type RedisTier, type RedisTierOptions } from '@forebay/cache-tiers/redis';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, bytesOf, headOf, put, read } from '../support/entries.js';
import { startRedis, type RedisServer } from '../support/redis-servers.js';
import { waitUntil } from '../support/wait-until.js';

let server: RedisServer;
let raw: Redis;
const tiers: RedisTier[] = [];
const tierOf = (options: RedisTierOptions = {}): RedisTier => {
  const tier = redisTier({ host: '127.0.0.1', port: server.port, ...options });
  tiers.push(tier);
  return tier;
};

beforeAll(async () => {
  server = await startRedis();
  raw = new Redis(server.port);
});
afterEach(async () => {
  await Promise.all(tiers.splice(0).map((tier) => tier.close()));
  await raw.flushall();
});
afterAll(async () => {
  raw.disconnect();
  await server.stop();
});

describe('a tier on a single server', () => {
  it.each([0, 1, 20_000, 524_288, 524_289, 3_000_000])('gives %i bytes back as they came', async (size) => {
    const [writing, reading] = [tierOf(), tierOf()];
    const bytes = bytesOf(size);
    const head = headOf({ metadata: { name: 'é\u0000' }, tags: ['a', 'b'], tierTtls: { redis: 5000 } });
    await put(writing, 'key', bytes, { head });
    const entry = await reading.open('key');
    expect(entry?.head).toEqual(head);
    expect(entry?.body.size).toBe(size);
    expect(entry && (await bodyOf(entry.body)).equals(bytes)).toBe(true);
    expect(entry?.placedAt).toBeGreaterThan(Date.now() - 5000);
  });

  it('streams an entry of many pieces, and any range of it', async () => {
    const tier = tierOf({ pieceBytes: 10_000 });
    const bytes = bytesOf(123_456);
    await put(tier, 'long', bytes, { chunk: 7777 });
    const body = (await tier.open('long'))?.body;
    expect(body?.bytes).toBeUndefined();
    expect(body && (await bodyOf(body)).equals(bytes)).toBe(true);
    const range = { start: 25_000, end: 60_001 };
    expect(body && (await bodyOf(body, range)).equals(bytes.subarray(25_000, 60_002))).toBe(true);
  });

  it('keeps keys of any characters apart and finds them by prefix and by content', async () => {
    const tier = tierOf();
    const keys = ['plain', 'a{b}c', '}{', 'with *?[x]\\ signs', 'new\nline', 'ключ/é', 'k'.repeat(4096), '{}', 'a{b}d'];
    for (const key of keys) await put(tier, key, Buffer.from(key));
    for (const key of keys) expect((await read(tier, key))?.toString()).toBe(key);
    const listed = await tier.keys({ limit: 100 });
    expect(listed.keys.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
    expect(listed.keys.find(({ key }) => key === 'plain')?.size).toBe(5);
    const found = async (options: { prefix?: string; contains?: string }): Promise<string[]> =>
      (await tier.keys({ limit: 100, ...options })).keys.map(({ key }) => key).toSorted();
    expect(await found({ prefix: 'a{b}' })).toEqual(['a{b}c', 'a{b}d']);
    expect(await found({ contains: '*?[x]\\' })).toEqual(['with *?[x]\\ signs']);
    expect(await found({ prefix: 'a{b', contains: 'b}c' })).toEqual(['a{b}c']);
  });

  it('lists page by page, every key once', async () => {
    const tier = tierOf();
    await Promise.all(Array.from({ length: 1234 }, (_, index) => put(tier, `key-${index}`, Buffer.from('x'))));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await tier.keys({ limit: 100, ...(cursor !== undefined && { cursor }) });
      expect(page.keys.length).toBeLessThanOrEqual(100);
      seen.push(...page.keys.map(({ key }) => key));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(1234);
    expect(seen.length).toBe(1234);
  });

  it('clears its own names only, and shows nothing afterwards', async () => {
    const [tier, other] = [tierOf(), tierOf()];
    await raw.set('someone-else', '1');
    await put(tier, 'a', bytesOf(10));
    await put(tier, 'b', bytesOf(40_000), { chunk: 5000 });
    expect(await tier.clear()).toBe(2);
    expect(await read(other, 'a')).toBeUndefined();
    expect(await raw.get('someone-else')).toBe('1');
    expect((await raw.keys('forebay:*')).filter((name) => /:[ep]\{/.test(name))).toEqual([]);
  });

  it('deletes an entry with its pieces', async () => {
    const tier = tierOf({ pieceBytes: 1024 });
    await put(tier, 'big', bytesOf(5000));
    expect(await tier.delete('big')).toBe(true);
    expect(await tier.delete('big')).toBe(false);
    await waitUntil('the pieces are gone', async () => (await raw.keys('forebay:[ep]*')).length === 0);
  });

  it('lets Redis end an entry with the latest of its times', async () => {
    const tier = tierOf({ pieceBytes: 1024 });
    const now = Date.now();
    const head = headOf({ freshUntil: now + 1000, staleIfErrorUntil: now + 40 * 86_400_000 });
    await put(tier, 'old', bytesOf(3000), { head });
    for (const name of await raw.keys('forebay:[ep]*')) {
      expect(await raw.pttl(name)).toBeGreaterThan(39 * 86_400_000);
      expect(await raw.pttl(name)).toBeLessThan(41 * 86_400_000);
    }
    expect(
      await tier.write('dead', headOf({ freshUntil: 1, staleWhileRevalidateUntil: 2, staleIfErrorUntil: 3 }), 1),
    ).toBe(undefined);
  });

  it('renews the head and leaves the bytes where they are', async () => {
    const [tier, other] = [tierOf({ pieceBytes: 1024 }), tierOf()];
    const bytes = bytesOf(6000);
    await put(tier, 'renewed', bytes);
    const later = headOf({ freshUntil: Date.now() + 500_000, metadata: { etag: 'a longer one than before' } });
    expect(await tier.renew('renewed', later)).toBe(true);
    const entry = await other.open('renewed');
    expect(entry?.head).toEqual(later);
    expect(entry && (await bodyOf(entry.body)).equals(bytes)).toBe(true);
    for (const name of await raw.keys('forebay:[ep]*')) expect(await raw.pttl(name)).toBeGreaterThan(400_000);
    expect(await tier.renew('nothing', later)).toBe(false);
  });

  it('takes damaged, truncated, empty and foreign values for absent', async () => {
    const tier = tierOf();
    await put(tier, 'victim', bytesOf(2000));
    const [name] = (await raw.keys('forebay:e*')) as [string];
    const good = (await raw.getBuffer(name)) as Buffer;
    for (const at of [0, 5, 9, 13, 25, 33, 41, 60, good.length - 1]) {
      const flipped = Buffer.from(good);
      flipped[at] = (flipped[at] ?? 0) ^ 0x10;
      await raw.set(name, flipped);
      expect(await read(tier, 'victim')).toBeUndefined();
    }
    for (const value of [Buffer.alloc(0), good.subarray(0, 47), good.subarray(0, -1), Buffer.from('hello')]) {
      await raw.set(name, value);
      expect(await read(tier, 'victim')).toBeUndefined();
    }
    await raw.del(name);
    await raw.lpush(name, 'a list');
    expect(await read(tier, 'victim')).toBeUndefined();
    expect((await tier.keys({ limit: 10 })).keys).toEqual([]);
    await put(tier, 'victim', bytesOf(2000));
    expect((await read(tier, 'victim'))?.equals(bytesOf(2000))).toBe(true);
  });

  it('breaks the body off when a piece is gone, rather than end it', async () => {
    const tier = tierOf({ pieceBytes: 1024 });
    await put(tier, 'torn', bytesOf(20_000));
    const body = (await tier.open('torn'))?.body;
    await raw.del(...(await raw.keys('forebay:p*')).filter((name) => name.endsWith(':15')));
    await expect(body && bodyOf(body)).rejects.toMatchObject({ reason: 'body-lost' });
  });

  it('refuses what is too large, announced or not, and leaves no litter', async () => {
    const tier = tierOf({ maxEntryBytes: 10_000, pieceBytes: 1024 });
    expect(await tier.write('a', headOf(), 10_001)).toBeUndefined();
    const writer = await tier.write('a', headOf(), undefined);
    await expect(
      (async () => {
        for (let index = 0; index < 11; index += 1) await writer?.write(bytesOf(1000));
      })(),
    ).rejects.toMatchObject({ reason: 'too-large' });
    await waitUntil('no piece is left', async () => (await raw.keys('forebay:p*')).length === 0);
    expect(tier.writes().waitingBytes).toBe(0);
  });

  it('holds to purge marks of another process, and of one that ran before', async () => {
    const [here, there] = [tierOf(), tierOf()];
    await put(here, 'tagged', bytesOf(10), { head: headOf({ tags: ['film-1'] }) });
    await put(here, 'softly', bytesOf(10), { head: headOf({ tags: ['film-2'] }) });
    const at = Date.now();
    await here.purge?.([
      { kind: 'tag', value: 'film-1', at, soft: false },
      { kind: 'tag', value: 'film-2', at, soft: true },
    ]);
    expect(await read(here, 'tagged')).toBeUndefined();
    await waitUntil('the other process knows', async () => (await there.open('tagged')) === undefined);
    await waitUntil('it knows both', async () => (await there.open('softly'))?.head.freshUntil === at);
    const later = tierOf();
    await waitUntil('a later process knows', async () => (await later.open('tagged')) === undefined);
  });
});
