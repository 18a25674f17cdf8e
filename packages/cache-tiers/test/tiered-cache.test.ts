import { describe, expect, it, vi } from 'vitest';
import {
  createTieredCache,
  memoryTier,
  type Loaded,
  type Opened,
  type TieredCache,
  type TieredCacheOptions,
} from '@forebay/cache-tiers';
import { readAll } from '@forebay/cache-tiers/testing';

const MINUTE = 60_000;
const YEAR = 365 * 24 * 60 * MINUTE;

function setUp(options: Partial<TieredCacheOptions> = {}) {
  const clock = { now: 1_700_000_000_000 };
  const read = (): number => clock.now;
  const cache = createTieredCache<string>({ tiers: [memoryTier({ clock: read })], clock: read, ...options });
  return { cache, clock };
}

function stored(
  text: string,
  lifetime: Extract<Loaded<string>, { kind: 'store' }>['lifetime'] = { ttl: MINUTE },
): Loaded<string> {
  return { kind: 'store', metadata: text, lifetime, body: Buffer.from(text) };
}

const loadOf = (text: string, lifetime?: Parameters<typeof stored>[1]) =>
  vi.fn(() => Promise.resolve(stored(text, lifetime)));

const failing = () => vi.fn(() => Promise.reject(new Error('origin down')));

/** A loader that answers when told to. */
function gated() {
  const gates: { resolve: (loaded: Loaded<string>) => void; reject: (error: unknown) => void }[] = [];
  const load = vi.fn((_context: { signal: AbortSignal }) => {
    return new Promise<Loaded<string>>((resolve, reject) => gates.push({ resolve, reject }));
  });
  const begun = (count = 1) => vi.waitFor(() => expect(gates.length).toBeGreaterThanOrEqual(count), { interval: 1 });
  return { gates, load, begun };
}

async function textOf(opened: Opened<string> | Promise<Opened<string>>): Promise<string> {
  return (await readAll((await opened).body)).toString();
}

describe('getOrSet', () => {
  it('answers a hit in memory without a promise', async () => {
    const { cache } = setUp();
    const load = loadOf('a');
    expect((await cache.getOrSet('key', load)).state).toBe('loaded');
    const hit = cache.getOrSet('key', load);
    expect(hit).not.toBeInstanceOf(Promise);
    expect(await hit).toMatchObject({ state: 'fresh', source: 'memory', collapsed: false });
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('runs one load for a thousand who ask at once, and each gets the bytes', async () => {
    const { cache } = setUp();
    const { gates, load, begun } = gated();
    const all = Array.from({ length: 1000 }, async () => cache.getOrSet('key', load));
    await begun();
    gates[0]?.resolve(stored('a'));
    const opened = await Promise.all(all);
    expect(load).toHaveBeenCalledTimes(1);
    expect(opened.filter(({ collapsed }) => collapsed)).toHaveLength(999);
    expect(new Set(await Promise.all(opened.map(textOf)))).toEqual(new Set(['a']));
  });

  it('shares a failure, and tries again for the next who asks', async () => {
    const { cache } = setUp();
    const load = failing();
    const results = await Promise.allSettled(Array.from({ length: 10 }, async () => cache.getOrSet('key', load)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(load).toHaveBeenCalledTimes(1);
    await expect(cache.getOrSet('key', load)).rejects.toThrow('origin down');
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('lets one who waits leave without harm to the others', async () => {
    const { cache } = setUp();
    const { gates, load, begun } = gated();
    const leaver = new AbortController();
    const left = cache.getOrSet('key', load, { signal: leaver.signal });
    const stayed = cache.getOrSet('key', load);
    await begun();
    leaver.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    gates[0]?.resolve(stored('a'));
    expect(await textOf(stayed)).toBe('a');
  });

  it('keeps a body for those who stay when another left before it began to arrive', async () => {
    const { cache } = setUp();
    const { gates, load, begun } = gated();
    const leaver = new AbortController();
    const left = cache.getOrSet('key', load, { signal: leaver.signal });
    const stayed = cache.getOrSet('key', load);
    await begun();
    leaver.abort(new Error('gone'));
    await expect(left).rejects.toThrow('gone');
    async function* body(): AsyncGenerator<Buffer> {
      yield Buffer.from('a');
      await new Promise(setImmediate);
      yield Buffer.from('b');
    }
    gates[0]?.resolve({ kind: 'store', metadata: 'm', lifetime: { ttl: MINUTE }, body: body() });
    const opened = await stayed;
    await new Promise(setImmediate);
    expect(await textOf(opened)).toBe('ab');
  });

  it('aborts the load once the last who waits has left, and begins anew for the next', async () => {
    const { cache } = setUp();
    const { gates, load, begun } = gated();
    const leavers = [new AbortController(), new AbortController()];
    const waits = leavers.map(({ signal }) => Promise.resolve(cache.getOrSet('key', load, { signal })));
    const settled = Promise.allSettled(waits);
    await begun();
    const signal = load.mock.calls[0]?.[0].signal;
    leavers[0]?.abort();
    expect(signal?.aborted).toBe(false);
    leavers[1]?.abort();
    expect(signal?.aborted).toBe(true);
    await settled;
    const next = cache.getOrSet('key', load);
    await begun(2);
    gates[1]?.resolve(stored('b'));
    expect(await textOf(next)).toBe('b');
  });

  it('lets all run at once what turns out not to be kept, and remembers that for a while', async () => {
    const { cache, clock } = setUp({ passFor: 1000 });
    const { gates, load, begun } = gated();
    const all = Array.from({ length: 100 }, async () => cache.getOrSet('key', load));
    await begun();
    const pass = (text: string): Loaded<string> => ({ kind: 'pass', metadata: text, body: Buffer.from(text) });
    gates[0]?.resolve(pass('0'));
    await begun(100);
    gates.slice(1).forEach(({ resolve }, index) => resolve(pass(String(index + 1))));
    const texts = await Promise.all(all.map(textOf));
    expect(new Set(texts).size).toBe(100);
    const later = ['a', 'b'].map(async () => cache.getOrSet('key', load));
    await begun(102);
    gates.slice(100).forEach(({ resolve }) => resolve(pass('x')));
    expect((await Promise.all(later)).map(({ state }) => state)).toEqual(['passed', 'passed']);
    clock.now += 1000;
    const shared = ['a', 'b'].map(async () => cache.getOrSet('key', load));
    await begun(103);
    gates[102]?.resolve(stored('kept now'));
    expect(await Promise.all(shared.map(textOf))).toEqual(['kept now', 'kept now']);
    expect(load).toHaveBeenCalledTimes(103);
  });

  it('refuses keys that are empty or longer than 4096 bytes', async () => {
    const { cache } = setUp();
    await expect(cache.getOrSet('', loadOf('a'))).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    await expect(cache.getOrSet('é'.repeat(2049), loadOf('a'))).rejects.toMatchObject({ code: 'ERR_CACHE_KEY' });
    expect((await cache.getOrSet('é'.repeat(2048), loadOf('a'))).state).toBe('loaded');
  });
});

describe('the ages of an entry', () => {
  const lifetime = { ttl: MINUTE, staleWhileRevalidate: MINUTE, staleIfError: 3 * MINUTE };

  it('gives the stale copy at once and refreshes behind it, once', async () => {
    const { cache, clock } = setUp();
    await cache.getOrSet('key', loadOf('old', lifetime));
    clock.now += MINUTE;
    const load = loadOf('new', lifetime);
    const stale = [cache.getOrSet('key', load), cache.getOrSet('key', load)];
    expect(await Promise.all(stale.map(textOf))).toEqual(['old', 'old']);
    await vi.waitFor(() => expect(cache.getSync('key')?.head.metadata).toBe('new'));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('gives the stale copy when the refresh fails, and leaves the origin alone for a while', async () => {
    const { cache, clock } = setUp({ retryStaleAfter: 5000 });
    await cache.getOrSet('key', loadOf('old', lifetime));
    clock.now += 2 * MINUTE + 1;
    const load = failing();
    const opened = await cache.getOrSet('key', load);
    expect(opened).toMatchObject({ state: 'stale', error: new Error('origin down') });
    expect(await cache.getOrSet('key', load)).toMatchObject({ state: 'stale', error: new Error('origin down') });
    expect(load).toHaveBeenCalledTimes(1);
    clock.now += 5000;
    await cache.getOrSet('key', load);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('is gone after the last of them', async () => {
    const { cache, clock } = setUp();
    await cache.getOrSet('key', loadOf('old', lifetime));
    clock.now += 4 * MINUTE;
    await expect(cache.getOrSet('key', failing())).rejects.toThrow('origin down');
    expect(await cache.get('key')).toBeUndefined();
  });

  it('gives a stale copy after the soft limit and goes on behind it', async () => {
    const { cache, clock } = setUp();
    await cache.getOrSet('key', loadOf('old', lifetime));
    clock.now += 2 * MINUTE + 1;
    const { gates, load } = gated();
    expect(await textOf(cache.getOrSet('key', load, { softTimeout: 5 }))).toBe('old');
    gates[0]?.resolve(stored('new'));
    await vi.waitFor(() => expect(cache.getSync('key')?.head.metadata).toBe('new'));
  });

  it('gives up at the hard limit, even on a loader that ignores its signal', async () => {
    const { cache } = setUp();
    const { load } = gated();
    await expect(cache.getOrSet('key', load, { hardTimeout: 5 })).rejects.toMatchObject({
      code: 'ERR_CACHE_LOAD_TIMEOUT',
    });
    expect(load.mock.calls[0]?.[0].signal.aborted).toBe(true);
  });

  it('is renewed without its bytes being loaded again', async () => {
    const { cache, clock } = setUp();
    await cache.getOrSet('key', loadOf('body', lifetime));
    clock.now += 2 * MINUTE + 1;
    const entry = cache.peek('key');
    const opened = await cache.getOrSet('key', ({ stale }) => {
      expect(stale).toMatchObject({ head: { metadata: 'body' }, size: 4 });
      return Promise.resolve({ kind: 'renew', metadata: 'body, renewed', lifetime });
    });
    expect(opened).toMatchObject({ state: 'revalidated', head: { metadata: 'body, renewed' } });
    expect(await textOf(opened)).toBe('body');
    expect(cache.getSync('key')).not.toBe(entry);
    expect(cache.getSync('key')?.bytes).toBe(entry?.bytes);
  });

  it('cannot be renewed where there is nothing', async () => {
    const { cache } = setUp();
    const load = () => Promise.resolve({ kind: 'renew' as const, metadata: 'x', lifetime });
    await expect(cache.getOrSet('key', load)).rejects.toMatchObject({ code: 'ERR_CACHE_NOTHING_TO_RENEW' });
  });

  it('begins a refresh ahead of its end', async () => {
    const { cache, clock } = setUp({ refreshAhead: 0.2 });
    await cache.getOrSet('key', loadOf('old'));
    const load = loadOf('new');
    clock.now += 0.7 * MINUTE;
    await cache.getOrSet('key', load);
    expect(load).not.toHaveBeenCalled();
    clock.now += 0.15 * MINUTE;
    expect(await textOf(cache.getOrSet('key', load))).toBe('old');
    await cache.getOrSet('key', load);
    await vi.waitFor(() => expect(cache.getSync('key')?.head.metadata).toBe('new'));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('can be years, and can be cut at random', async () => {
    const { cache, clock } = setUp({ jitter: 0.5, random: () => 0.5 });
    await cache.getOrSet('key', loadOf('old', { ttl: 4 * YEAR }));
    clock.now += 3 * YEAR - 1;
    expect(cache.getSync('key')).toBeDefined();
    clock.now += 1;
    expect(cache.getSync('key')).toBeUndefined();
    await cache.getOrSet('for ever', loadOf('x', { ttl: Infinity }));
    expect(cache.getSync('for ever')).toBeDefined();
    await expect(cache.getOrSet('bad', loadOf('x', { ttl: -1 }))).rejects.toThrow(/ttl.*-1/);
  });

  it('follows the caller where the caller decides', async () => {
    const { cache, clock } = setUp();
    await cache.getOrSet('key', loadOf('old', lifetime));
    const load = loadOf('new', lifetime);
    expect(await textOf(cache.getOrSet('key', load, { decide: () => 'revalidate' }))).toBe('new');
    clock.now += 3 * MINUTE;
    expect(await textOf(cache.getOrSet('key', load, { decide: () => 'fresh' }))).toBe('new');
    const options = { mayServeOnError: () => false };
    await expect(cache.getOrSet('key', failing(), options)).rejects.toThrow('origin down');
  });
});

describe('removing', () => {
  async function filled(): Promise<TieredCache<string>> {
    const { cache } = setUp({ retryStaleAfter: 0 });
    const set = (key: string, tags: string[]) =>
      cache.set(key, Buffer.from(key), { metadata: key, lifetime: { ttl: MINUTE, staleIfError: MINUTE }, tags });
    await set('a/1', ['x']);
    await set('a/2', ['x', 'y']);
    await set('b/1', ['y']);
    return cache;
  }
  const left = async (cache: TieredCache<string>) => (await cache.keys()).keys.map(({ key }) => key).sort();

  it('takes keys, a prefix or tags', async () => {
    const byKey = await filled();
    expect(await byKey.purge({ keys: ['a/1', 'nothing'] })).toBe(1);
    expect(await left(byKey)).toEqual(['a/2', 'b/1']);
    const byPrefix = await filled();
    expect(await byPrefix.purge({ prefix: 'a/' })).toBe(2);
    expect(await left(byPrefix)).toEqual(['b/1']);
    const byTag = await filled();
    expect(await byTag.purge({ tags: ['y'] })).toBe(2);
    expect(await left(byTag)).toEqual(['a/1']);
  });

  it('leaves what is stored after a purge in the same millisecond', async () => {
    const cache = await filled();
    await cache.purge({ prefix: '' });
    await cache.set('a/1', Buffer.from('new'), { metadata: 'new', lifetime: { ttl: MINUTE } });
    expect(cache.getSync('a/1')?.head.metadata).toBe('new');
  });

  it('softly makes entries stale, good only when the origin fails', async () => {
    for (const selection of [{ keys: ['a/1'] }, { prefix: 'a/' }, { tags: ['x'] }]) {
      const cache = await filled();
      await cache.purge({ ...selection, soft: true });
      expect(cache.getSync('a/1')).toBeUndefined();
      expect(await cache.getOrSet('a/1', failing())).toMatchObject({ state: 'stale' });
      expect(await textOf(cache.getOrSet('a/1', loadOf('new'), { decide: () => 'revalidate' }))).toBe('new');
    }
  });

  it('keeps a load that was under way from bringing back what was removed', async () => {
    const removals: ((cache: TieredCache<string>) => Promise<unknown>)[] = [
      (cache) => cache.delete('key'),
      (cache) => cache.purge({ prefix: 'k' }),
      (cache) => cache.purge({ tags: ['t'] }),
      (cache) => cache.clear(),
    ];
    for (const remove of removals) {
      const { cache } = setUp();
      const { gates, load, begun } = gated();
      const waiting = cache.getOrSet('key', load);
      await begun();
      await remove(cache);
      gates[0]?.resolve({ ...stored('old'), tags: ['t'] } as Loaded<string>);
      expect(await textOf(waiting)).toBe('old');
      expect(cache.peek('key')).toBeUndefined();
    }
  });
});

describe('looking after it', () => {
  it('tells what happens, and is not hurt by a listener', async () => {
    const { cache } = setUp();
    const seen: string[] = [];
    for (const name of ['hit', 'miss', 'store', 'load-error', 'purge'] as const) cache.on(name, () => seen.push(name));
    const off = cache.on('hit', () => {
      throw new Error('a mistake');
    });
    const warned = new Promise((resolve) => process.once('warning', resolve));
    await cache.getOrSet('key', loadOf('a'));
    await cache.getOrSet('key', loadOf('a'));
    off();
    await expect(cache.getOrSet('bad', failing())).rejects.toThrow();
    await cache.purge({ keys: ['key'] });
    expect(seen).toEqual(['miss', 'store', 'hit', 'miss', 'load-error', 'purge']);
    await warned;
  });

  it('lists keys by page and by text', async () => {
    const { cache } = setUp();
    for (let index = 0; index < 25; index++) await cache.getOrSet(`/t/${index}`, loadOf('a'));
    const page = await cache.keys({ limit: 10, offset: 20 });
    expect(page).toMatchObject({ total: 25 });
    expect(page.keys).toHaveLength(5);
    const found = await cache.search('/2');
    expect(found.total).toBe(6);
    expect(found.keys[0]).toMatchObject({ size: 1, tiers: ['memory'] });
  });

  it('counts', async () => {
    const { cache } = setUp();
    await cache.getOrSet('key', loadOf('a'));
    await cache.getOrSet('key', loadOf('a'));
    await Promise.allSettled([cache.getOrSet('bad', failing()), cache.getOrSet('bad', failing())]);
    expect(await cache.info()).toMatchObject({
      tiers: [{ name: 'memory', state: 'closed', hits: 1, misses: 3, entries: 1 }],
      loading: 0,
      loads: 2,
      loadErrors: 1,
      collapsed: 1,
      staleServed: 0,
    });
  });

  it('ends what is under way when it is closed, and refuses from then on', async () => {
    const { cache } = setUp();
    const { load, begun } = gated();
    const waiting = cache.getOrSet('key', load);
    await begun();
    const [ended] = await Promise.all([Promise.allSettled([waiting]), cache.close()]);
    expect(ended[0]).toMatchObject({ status: 'rejected', reason: { code: 'ERR_CACHE_CLOSED' } });
    expect(load.mock.calls[0]?.[0].signal.aborted).toBe(true);
    await expect(cache.getOrSet('key', load)).rejects.toMatchObject({ code: 'ERR_CACHE_CLOSED' });
  });

  it('names the option and the value that are wrong', () => {
    expect(() => setUp({ tiers: [] })).toThrow(/tiers/);
    expect(() => setUp({ tiers: [memoryTier(), memoryTier()] })).toThrow(/memory, memory/);
    expect(() => setUp({ jitter: 2 })).toThrow(/jitter.*2/);
    expect(() => setUp({ hardTimeout: 0 })).toThrow(/hardTimeout.*0/);
  });
});
