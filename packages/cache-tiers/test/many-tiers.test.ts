import * as fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createTieredCache,
  diskTier,
  memoryTier,
  type BusGap,
  type BusMessage,
  type DiskFileSystem,
  type InvalidationBus,
  type Loaded,
  type TieredCache,
  type TieredCacheOptions,
} from '@forebay/cache-tiers';
import { readAll } from '@forebay/cache-tiers/testing';
import { bodyFor } from './support/known-body.js';
import { moodyTier } from './support/moody-tier.js';
import { scratchFolder } from './support/scratch.js';

const MINUTE = 60_000;

async function* pieces(body: Buffer, size = 50_000): AsyncGenerator<Buffer> {
  for (let from = 0; from < body.byteLength; from += size) yield body.subarray(from, from + size);
}

function loaded(text: string, more: Partial<Extract<Loaded<string>, { kind: 'store' }>> = {}): Loaded<string> {
  return { kind: 'store', metadata: text, lifetime: { ttl: MINUTE }, body: Buffer.from(text), ...more };
}

const get = async (cache: TieredCache<string>, key: string, load: () => Promise<Loaded<string>>) => {
  const opened = await cache.getOrSet(key, load);
  return { ...opened, text: (await readAll(opened.body)).toString() };
};

const never = (): Promise<Loaded<string>> => Promise.reject(new Error('asked the origin'));

function twoTiers(options: Partial<TieredCacheOptions> = {}) {
  const clock = { now: 1_700_000_000_000 };
  const read = (): number => clock.now;
  const below = moodyTier('below', { clock: read });
  const memory = memoryTier({ clock: read });
  const cache = createTieredCache<string>({ tiers: [memory, below], clock: read, ...options });
  return { cache, below, memory, clock };
}

describe('memory above disk', () => {
  it('finds on the disk what an earlier run stored, and keeps it in memory from then on', async () => {
    const directory = await scratchFolder();
    const make = () => createTieredCache<string>({ tiers: [memoryTier(), diskTier({ directory })] });
    const first = make();
    await get(first, 'key', () => Promise.resolve(loaded('a')));
    await first.close();
    const second = make();
    expect(await get(second, 'key', never)).toMatchObject({ source: 'disk', state: 'fresh', text: 'a' });
    expect(await get(second, 'key', never)).toMatchObject({ source: 'memory', state: 'fresh', text: 'a' });
    await second.close();
  });

  it('reads a body from the disk once for all who ask at once', async () => {
    const directory = await scratchFolder();
    const tier = diskTier({ directory });
    const writing = createTieredCache<string>({ tiers: [tier] });
    const body = bodyFor('key', 1_500_000);
    await writing.set('key', body, { metadata: 'm', lifetime: { ttl: MINUTE } });
    const cache = createTieredCache<string>({ tiers: [memoryTier(), tier] });
    const all = await Promise.all(Array.from({ length: 50 }, async () => cache.getOrSet('key', never)));
    for (const opened of all) expect((await readAll(opened.body)).equals(body)).toBe(true);
    expect((await tier.stats()).hits).toBe(1);
    expect(body.equals(cache.getSync('key')?.bytes ?? Buffer.of())).toBe(true);
    await cache.close();
  });

  it('lets a stream of 200 MB pass in little memory, for a slow reader too', async () => {
    const directory = await scratchFolder();
    const cache = createTieredCache<string>({
      tiers: [memoryTier(), diskTier({ directory, maxEntryBytes: 2 ** 30 })],
    });
    const piece = Buffer.alloc(100_000, 7);
    async function* body(): AsyncGenerator<Buffer> {
      for (let index = 0; index < 2000; index++) yield Buffer.from(piece);
    }
    const load = () => Promise.resolve(loaded('big', { body: body() }));
    const fast = await cache.getOrSet('key', load);
    const slow = (await cache.getOrSet('key', load)).body.reader();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    let total = 0;
    for await (const chunk of fast.body.reader()) {
      total += chunk.byteLength;
      if (total % 10_000_000 < chunk.byteLength) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    expect(total).toBe(200_000_000);
    expect(most).toBeLessThan(100_000_000);
    let read = 0;
    for await (const chunk of slow) read += chunk.byteLength;
    expect(read).toBe(200_000_000);
    await expect.poll(async () => (await cache.get('key'))?.source).toBe('disk');
    await cache.close();
  });

  it('serves on, to a slow reader too, when the disk fails amid a large body', async () => {
    const directory = await scratchFolder();
    let left = 20;
    const writev: DiskFileSystem['writev'] = (fd, buffers, position, done) => {
      if (left-- > 0) fs.writev(fd, buffers, position, done);
      else done(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }), 0);
    };
    const cache = createTieredCache<string>({
      tiers: [memoryTier(), diskTier({ directory, fileSystem: { ...fs, writev } })],
      retainBytes: 0,
    });
    const body = bodyFor('key', 20_000_000);
    const load = () => Promise.resolve(loaded('key', { body: pieces(body) }));
    const [fast, slow] = await Promise.all([cache.getOrSet('key', load), cache.getOrSet('key', load)]);
    const slowly = async (): Promise<Buffer> => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of slow.body.reader()) {
        chunks.push(chunk);
        await new Promise(setImmediate);
      }
      return Buffer.concat(chunks);
    };
    const [quick, late] = await Promise.all([readAll(fast.body), slowly()]);
    expect(quick.equals(body)).toBe(true);
    expect(late.equals(body)).toBe(true);
    expect((await cache.info()).tiers[1]?.lastError).toBe('ENOSPC');
    await cache.close();
    expect(fs.readdirSync(`${directory}/tmp`)).toEqual([]);
  });

  it('remembers purges by tag and prefix over a restart, and in other processes', async () => {
    const directory = await scratchFolder();
    const make = () => createTieredCache<string>({ tiers: [memoryTier(), diskTier({ directory })] });
    const [one, other] = [make(), make()];
    await one.set('a/1', Buffer.from('x'), { metadata: 'x', lifetime: { ttl: MINUTE }, tags: ['t'] });
    await one.set('b/1', Buffer.from('y'), { metadata: 'y', lifetime: { ttl: MINUTE } });
    await one.purge({ tags: ['t'] });
    expect(await other.get('a/1')).toBeUndefined();
    await one.purge({ prefix: 'b/' });
    await one.close();
    const next = make();
    expect(await next.get('b/1')).toBeUndefined();
    await other.close();
    await next.close();
  });

  it('does not let an older copy in memory stand before a newer one that is too large for it', async () => {
    const { cache, clock, memory } = twoTiers({ retainBytes: 1000 });
    const lifetime = { ttl: MINUTE, staleWhileRevalidate: 10 * MINUTE };
    await cache.set('key', Buffer.from('old'), { metadata: 'old', lifetime });
    clock.now += MINUTE;
    const large = bodyFor('key', 100_000);
    await cache.set('key', pieces(large, 900), { metadata: 'new', lifetime });
    expect(memory.peek('key')).toBeUndefined();
    expect((await get(cache, 'key', never)).head.metadata).toBe('new');
  });

  it('keeps each tier’s own time limit', async () => {
    const { cache, below, clock } = twoTiers();
    const lifetime = { ttl: 10 * MINUTE, tierTtls: { memory: MINUTE, below: 5 * MINUTE } };
    await cache.set('key', Buffer.from('a'), { metadata: 'a', lifetime });
    clock.now += MINUTE;
    expect(await get(cache, 'key', never)).toMatchObject({ source: 'below' });
    expect(await get(cache, 'key', never)).toMatchObject({ source: 'memory' });
    clock.now += 4 * MINUTE;
    expect(await get(cache, 'key', () => Promise.resolve(loaded('b', { lifetime })))).toMatchObject({ source: 'load' });
    await cache.set('elsewhere', Buffer.from('a'), {
      metadata: 'a',
      lifetime: { ttl: MINUTE, tierTtls: { below: 0 } },
    });
    expect(await below.open('elsewhere')).toBeUndefined();
  });

  it('leaves no older copy in a tier that is not to have the newer one', async () => {
    const { cache, below } = twoTiers();
    await cache.set('key', Buffer.from('old'), { metadata: 'old', lifetime: { ttl: MINUTE } });
    expect(await below.open('key')).toBeDefined();
    await cache.set('key', Buffer.from('new'), { metadata: 'new', lifetime: { ttl: MINUTE, tierTtls: { below: 0 } } });
    expect(await below.open('key')).toBeUndefined();
  });

  it('lists every key once, with the tiers that have it', async () => {
    const { cache, memory } = twoTiers();
    for (const key of ['a', 'b', 'c'])
      await cache.set(key, Buffer.from(key), { metadata: key, lifetime: { ttl: MINUTE } });
    memory.remove('b');
    const { keys, total } = await cache.keys();
    expect(total).toBe(3);
    expect(Object.fromEntries(keys.map(({ key, tiers }) => [key, tiers]))).toEqual({
      a: ['memory', 'below'],
      b: ['below'],
      c: ['memory', 'below'],
    });
    expect((await cache.search('b')).keys.map(({ key }) => key)).toEqual(['b']);
    expect(await cache.clear('memory')).toBe(2);
    expect((await cache.get('a'))?.source).toBe('below');
    expect(await cache.clear()).toBe(3);
  });
});

describe('a tier that fails', () => {
  it('never fails the caller, and is skipped until its time is over', async () => {
    const { cache, below, clock } = twoTiers({ breaker: { failures: 2, openFor: 1000 } });
    below.mood = 'failing';
    for (let index = 0; index < 5; index++)
      expect(await get(cache, `key/${index}`, () => Promise.resolve(loaded('a')))).toMatchObject({ text: 'a' });
    expect((await cache.info()).tiers[1]).toMatchObject({ state: 'open', lastError: 'in a bad mood' });
    const calls = below.calls;
    await get(cache, 'skipped', () => Promise.resolve(loaded('a')));
    expect(below.calls).toBe(calls);
    clock.now += 1000;
    below.mood = 'well';
    await get(cache, 'trial', () => Promise.resolve(loaded('a')));
    await expect.poll(async () => (await cache.info()).tiers[1]?.state).toBe('closed');
    expect((await below.open('trial'))?.key).toBe('trial');
  });

  it('does not bring back what was deleted while it could not be reached', async () => {
    const { cache, below, clock } = twoTiers({ breaker: { failures: 1, openFor: 1000 } });
    const lifetime = { ttl: MINUTE };
    for (const key of ['a', 'b']) await cache.set(key, Buffer.from(key), { metadata: key, lifetime });
    below.mood = 'failing';
    await cache.delete('a');
    below.mood = 'well';
    // The breaker is open, yet a removal is tried.
    await cache.delete('b');
    expect(await below.open('b')).toBeUndefined();
    clock.now += 1000;
    expect((await below.open('a'))?.key).toBe('a');
    expect(await cache.get('a')).toBeUndefined();
    await cache.set('a', Buffer.from('new'), { metadata: 'new', lifetime });
    expect((await cache.get('a'))?.head.metadata).toBe('new');
  });

  it('does not hold up the body when its writes hang', async () => {
    const { cache, below } = twoTiers({ retainBytes: 0, windowBytes: 10_000 });
    const errors: unknown[] = [];
    cache.on('tier-error', ({ error }) => errors.push(error));
    const body = bodyFor('key', 2_000_000);
    const opened = await cache.getOrSet('key', () => {
      below.mood = 'hanging';
      return Promise.resolve(loaded('key', { body: pieces(body) }));
    });
    expect((await readAll(opened.body)).equals(body)).toBe(true);
  });

  it('gets what another did not take, where only the first is to be filled', async () => {
    const [first, second] = [moodyTier('first'), moodyTier('second')];
    const cache = createTieredCache<string>({ tiers: [memoryTier(), first, second], fill: 'first' });
    await cache.set('a', Buffer.from('a'), { metadata: 'a', lifetime: { ttl: MINUTE } });
    first.mood = 'failing';
    await cache.set('b', Buffer.from('b'), { metadata: 'b', lifetime: { ttl: MINUTE } });
    first.mood = 'well';
    const where = async (key: string) => [(await first.open(key))?.key, (await second.open(key))?.key];
    expect(await where('a')).toEqual(['a', undefined]);
    expect(await where('b')).toEqual([undefined, 'b']);
  });
});

describe('a cache among others', () => {
  function testBus() {
    let hear: (message: BusMessage) => void = () => undefined;
    let gap: (gap: BusGap) => void = () => undefined;
    const sent: BusMessage[] = [];
    const bus: InvalidationBus = {
      state: () => 'connected',
      publish: (message) => Promise.resolve(void sent.push(message)),
      onMessage: (listener) => {
        hear = listener;
        return () => undefined;
      },
      onGap: (listener) => {
        gap = listener;
        return () => undefined;
      },
      onState: () => () => undefined,
      close: () => Promise.resolve(),
    };
    return { bus, sent, hear: (message: BusMessage) => hear(message), gap: (it: BusGap) => gap(it) };
  }

  it('tells what it removed, and drops what others removed from the tiers that are its own', async () => {
    const { bus, sent, hear } = testBus();
    const shared = moodyTier('shared', { shared: true });
    const own = moodyTier('own');
    const cache = createTieredCache<string>({ tiers: [memoryTier(), own, shared], bus });
    const fill = (key: string) =>
      cache.set(key, Buffer.from(key), { metadata: key, lifetime: { ttl: MINUTE }, tags: ['t'] });
    await fill('a');
    hear({ type: 'delete', keys: ['a'] });
    await expect.poll(async () => own.open('a')).toBeUndefined();
    expect(cache.peek('a')).toBeUndefined();
    expect(await shared.open('a')).toBeDefined();
    await fill('b');
    hear({ type: 'purge', marks: [{ kind: 'tag', value: 't', at: Date.now() + 1, soft: false }] });
    expect(cache.peek('b')).toBeUndefined();
    await cache.delete('c');
    await cache.purge({ prefix: 'd' });
    await cache.clear('memory');
    expect(sent).toMatchObject([
      { type: 'delete', keys: ['c'] },
      { type: 'purge', marks: [{ kind: 'prefix', value: 'd' }] },
      { type: 'clear', tier: 'memory' },
    ]);
  });

  it('no longer trusts what it has of its own when messages may have been lost', async () => {
    const { bus, gap } = testBus();
    const clock = { now: 1_700_000_000_000 };
    const read = (): number => clock.now;
    const shared = moodyTier('shared', { shared: true, clock: read });
    const own = moodyTier('own', { clock: read });
    const cache = createTieredCache<string>({ tiers: [memoryTier({ clock: read }), own, shared], bus, clock: read });
    const lifetime = { ttl: MINUTE, staleIfError: MINUTE };
    for (const key of ['kept', 'deleted']) await cache.set(key, Buffer.from(key), { metadata: key, lifetime });
    await shared.delete('deleted');
    clock.now += 1000;
    gap({ since: clock.now - 500, until: clock.now });
    expect(await get(cache, 'kept', never)).toMatchObject({ source: 'shared', state: 'fresh' });
    expect(await get(cache, 'deleted', never)).toMatchObject({ text: 'deleted', state: 'stale' });
    clock.now += 10_000;
    expect(await get(cache, 'deleted', () => Promise.resolve(loaded('new')))).toMatchObject({ text: 'new' });
    expect(await get(cache, 'deleted', never)).toMatchObject({ text: 'new', state: 'fresh' });
  });

  it('leaves the load to another process and takes what that stored', async () => {
    const shared = moodyTier('shared', { shared: true });
    const elsewhere = createTieredCache<string>({ tiers: [shared] });
    const atRelease: (string | undefined)[] = [];
    const cache = createTieredCache<string>({
      tiers: [memoryTier(), shared],
      coordinator: {
        claim: async (key) => {
          if (key === 'mine') return { release: async () => void atRelease.push((await shared.open(key))?.key) };
          await elsewhere.set(key, Buffer.from('theirs'), { metadata: 'm', lifetime: { ttl: MINUTE } });
          return undefined;
        },
      },
    });
    expect(await get(cache, 'key', never)).toMatchObject({ text: 'theirs', source: 'shared' });
    expect(await get(cache, 'mine', () => Promise.resolve(loaded('ours')))).toMatchObject({ text: 'ours' });
    await expect.poll(() => atRelease).toEqual(['mine']);
  });
});
