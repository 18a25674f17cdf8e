import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  createSignedImages,
  memoryBookStore,
  type BookStore,
  type Presign,
  type SignedImages,
  type SignedImagesOptions,
} from '@forebay/image-proxy/signed-images';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let now: number;
let signings: string[];
let failing: boolean;
let credentialsEnd: number;
let errors: unknown[];

const clock = { now: () => now };
const presign: Presign = (key, { lifetime }) => {
  if (failing) throw new Error('the signer is away');
  signings.push(key);
  return {
    url: `https://store.example/${encodeURIComponent(key)}?signature=${signings.length}`,
    expiresAt: Math.min(now + lifetime, credentialsEnd),
  };
};
const make = (options: Partial<SignedImagesOptions> = {}): SignedImages =>
  createSignedImages({ presign, clock, random: () => 0, onError: (error) => errors.push(error), ...options });

/** A store that can be away. */
function awayStore(store: BookStore): BookStore & { away: boolean } {
  const guard = <Args extends unknown[], T>(ask: (...args: Args) => Promise<T>) => {
    return (...args: Args): Promise<T> => (guarded.away ? Promise.reject(new Error('away')) : ask(...args));
  };
  const guarded = {
    away: false,
    read: guard(store.read.bind(store)),
    offer: guard(store.offer.bind(store)),
    replace: guard(store.replace.bind(store)),
    claim: guard(store.claim.bind(store)),
    claimDue: guard(store.claimDue.bind(store)),
    cleanUp: guard(store.cleanUp.bind(store)),
  };
  return guarded;
}

beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  signings = [];
  failing = false;
  credentialsEnd = Infinity;
  errors = [];
});

describe('the URL of a key', () => {
  it('stays the same within its window', async () => {
    const images = make();
    const first = await images.urlOf('a');
    expect(first).toMatchObject({ fromCache: false, refreshAt: now + 45 * MINUTE, expiresAt: now + HOUR });
    now += 44 * MINUTE;
    expect(await images.urlOf('a')).toEqual({ ...first, fromCache: true });
    expect(signings).toHaveLength(1);
  });

  it('is signed once for all who ask at once', async () => {
    let finish = (): void => undefined;
    const slow: Presign = async (key, request) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return presign(key, request);
    };
    const images = make({ presign: slow });
    const asked = Array.from({ length: 100 }, () => images.urlOf('a'));
    await turn();
    finish();
    const urls = new Set((await Promise.all(asked)).map(({ url }) => url));
    expect([urls.size, signings.length]).toEqual([1, 1]);
  });

  it('is one for all nodes, whoever signs first', async () => {
    const book = memoryBookStore();
    const nodes = [make({ book }), make({ book }), make({ book })];
    const urls = await Promise.all(nodes.map((node) => node.urlOf('a')));
    expect(new Set(urls.map(({ url }) => url)).size).toBe(1);
  });

  it('is refreshed behind the reader who finds it due, once over all nodes', async () => {
    const book = memoryBookStore();
    const nodes = [make({ book }), make({ book }), make({ book })];
    const first = await nodes[0]!.urlOf('a');
    now += 46 * MINUTE;
    for (const { url } of await Promise.all(nodes.map((node) => node.urlOf('a')))) expect(url).toBe(first.url);
    await turn();
    expect(signings).toHaveLength(2);
    now += 20 * SECOND;
    const urls = await Promise.all(nodes.map((node) => node.urlOf('a')));
    expect(new Set(urls.map(({ url }) => url)).size).toBe(1);
    expect(urls[0]!.url).not.toBe(first.url);
  });

  it('is waited for when the present one is about to end', async () => {
    const images = make();
    const first = await images.urlOf('a');
    now = first.expiresAt - 10 * SECOND;
    expect((await images.urlOf('a')).url).not.toBe(first.url);
  });

  it('serves on until its end while none can be signed, and then there is none', async () => {
    const images = make();
    const first = await images.urlOf('a');
    failing = true;
    for (now = first.refreshAt; now < first.expiresAt; now += MINUTE)
      expect((await images.urlOf('a')).url).toBe(first.url);
    expect(errors.length).toBeGreaterThan(0);
    now = first.expiresAt;
    await expect(images.urlOf('a')).rejects.toMatchObject({ code: 'FOREBAY_SIGNING_FAILED', retryable: true });
    failing = false;
    expect((await images.urlOf('a')).fromCache).toBe(false);
  });

  it('ends with the credentials, and is refreshed a quarter of its life ahead', async () => {
    credentialsEnd = now + 8 * MINUTE;
    const images = make();
    const first = await images.urlOf('a');
    expect(first).toMatchObject({ expiresAt: credentialsEnd, refreshAt: now + 6 * MINUTE });
    // No new credentials yet: a change would gain nothing.
    now += 7 * MINUTE;
    expect((await images.urlOf('a')).url).toBe(first.url);
    expect((await images.refreshDue()).refreshed).toBe(0);
    credentialsEnd += HOUR;
    now += 40 * SECOND;
    expect((await images.refreshDue()).refreshed).toBe(1);
  });

  it('goes on by copies and signings of its own while the book is away', async () => {
    const book = awayStore(memoryBookStore());
    const images = make({ book });
    const first = await images.urlOf('a');
    book.away = true;
    now += 10 * MINUTE;
    expect((await images.urlOf('a')).url).toBe(first.url);
    expect((await images.urlOf('b')).fromCache).toBe(false);
    now += 40 * MINUTE;
    await images.urlOf('a');
    await turn();
    expect((await images.urlOf('a')).url).not.toBe(first.url);
    await expect(images.refreshDue()).rejects.toThrow('away');
  });

  it('outlives a book that forgets', async () => {
    const books = [memoryBookStore(), memoryBookStore()];
    let current = 0;
    const book = new Proxy(books[0]!, {
      get: (_, name: keyof BookStore) => books[current]![name].bind(books[current]),
    });
    const images = make({ book });
    const first = await images.urlOf('a');
    current = 1;
    now += MINUTE;
    expect((await images.urlOf('a')).url).toBe(first.url);
    expect((await make({ book }).urlOf('a')).url).toBe(first.url);
  });

  it('must be one that a header can hold', async () => {
    const bad = make({ presign: () => ({ url: 'https://a/\r\nx: y', expiresAt: now + HOUR }) });
    await expect(bad.urlOf('a')).rejects.toMatchObject({ code: 'FOREBAY_SIGNING_FAILED' });
    const over = make({ presign: () => ({ url: 'https://a/', expiresAt: now }) });
    await expect(over.urlOf('a')).rejects.toMatchObject({ code: 'FOREBAY_SIGNING_FAILED' });
  });
});

describe('refreshDue', () => {
  it('refreshes what is due and in use, and leaves what is idle', async () => {
    const images = make();
    const [busy, idle] = [await images.urlOf('busy'), await images.urlOf('idle')];
    now += 40 * MINUTE;
    await images.urlOf('busy');
    expect(await images.refreshDue()).toEqual({ refreshed: 0, failed: 0 });
    now += 6 * MINUTE;
    expect(await images.refreshDue()).toEqual({ refreshed: 1, failed: 0 });
    now += 20 * SECOND;
    expect((await images.urlOf('busy')).url).not.toBe(busy.url);
    expect((await images.urlOf('idle')).url).toBe(idle.url);
  });

  it('is one refresh for schedulers on all nodes', async () => {
    const book = memoryBookStore();
    const nodes = [make({ book }), make({ book }), make({ book })];
    const keys = Array.from({ length: 100 }, (_, index) => `${index}`);
    await nodes[0]!.urlsOf(keys);
    now += 46 * MINUTE;
    await book.read(keys, now);
    const counts = await Promise.all(nodes.map((node) => node.refreshDue()));
    expect(counts.reduce((sum, { refreshed }) => sum + refreshed, 0)).toBe(100);
    expect(signings.length).toBe(200);
  });

  it('keeps the old URL when it fails, says so, and tries again when its lease ends', async () => {
    const images = make({ lease: 30 * SECOND });
    const first = await images.urlOf('a');
    now += 40 * MINUTE;
    await images.urlOf('a');
    now += 6 * MINUTE;
    failing = true;
    expect(await images.refreshDue()).toEqual({ refreshed: 0, failed: 1 });
    expect(errors).toHaveLength(1);
    expect(await images.refreshDue()).toEqual({ refreshed: 0, failed: 0 });
    expect((await images.urlOf('a')).url).toBe(first.url);
    failing = false;
    now += 30 * SECOND;
    expect(await images.refreshDue()).toEqual({ refreshed: 1, failed: 0 });
  });

  it('spreads refreshes over time', async () => {
    const images = make({ random: () => 1 - Number.EPSILON, jitter: 0.2 });
    expect((await images.urlOf('a')).refreshAt).toBe(now + HOUR - 18 * MINUTE);
  });

  it('stops when it is told to, and keeps what was signed until then', async () => {
    const stop = new AbortController();
    const slow: Presign = async (key, request) => {
      if (signings.length === 12) stop.abort();
      return presign(key, request);
    };
    const images = make({ presign: slow, concurrency: 1, activeWithin: HOUR });
    await images.urlsOf([...'abcdefghij']);
    now += 46 * MINUTE;
    await expect(images.refreshDue({ signal: stop.signal })).rejects.toThrow(/abort/);
    expect(signings).toHaveLength(13);
    now += 30 * SECOND;
    expect(await images.refreshDue()).toEqual({ refreshed: 7, failed: 0 });
  });
});

describe('refresh', () => {
  it('signs anew at once, for all nodes within seconds', async () => {
    const book = memoryBookStore();
    const nodes = [make({ book }), make({ book })];
    const first = await nodes[0]!.urlOf('a');
    await nodes[1]!.urlOf('a');
    const second = await nodes[0]!.refresh('a');
    expect(second.fromCache).toBe(false);
    expect((await nodes[0]!.urlOf('a')).url).toBe(second.url);
    expect((await nodes[1]!.urlOf('a')).url).toBe(first.url);
    now += 15 * SECOND;
    expect((await nodes[1]!.urlOf('a')).url).toBe(second.url);
  });

  it('keeps the old URL when it fails', async () => {
    const images = make();
    const first = await images.urlOf('a');
    failing = true;
    await expect(images.refresh('a')).rejects.toMatchObject({ retryable: true });
    expect((await images.urlOf('a')).url).toBe(first.url);
  });

  it('does not sign again what is young enough', async () => {
    const images = make();
    const first = await images.urlOf('a');
    expect(await images.refresh('a', { minAge: 10 * SECOND })).toEqual({ ...first, fromCache: true });
    now += 10 * SECOND;
    expect((await images.refresh('a', { minAge: 10 * SECOND })).url).not.toBe(first.url);
  });

  it('is one signing for all who ask at once for what is young enough', async () => {
    const images = make();
    const all = await Promise.all(Array.from({ length: 50 }, () => images.refresh('a', { minAge: 10 * SECOND })));
    expect([new Set(all.map(({ url }) => url)).size, signings]).toEqual([1, ['a']]);
  });
});

describe('many at once', () => {
  it('gives 10,000 URLs with one look into the book, and errors by key', async () => {
    const book = memoryBookStore();
    const keys = Array.from({ length: 10_000 }, (_, index) => `posters/${index}.png`);
    const some = await make({ book }).urlsOf([...keys.slice(0, 5000), '', 'a/../b']);
    expect([some.urls.size, [...some.errors.keys()]]).toEqual([5000, ['', 'a/../b']]);
    let looks = 0;
    const counting = {
      ...awayStore(book),
      read: (...args: Parameters<BookStore['read']>) => ((looks += 1), book.read(...args)),
    };
    const all = await make({ book: counting }).urlsOf([...keys, ...keys]);
    expect([all.urls.size, all.errors.size, looks, signings.length]).toEqual([10_000, 0, 1, 10_000]);
    expect(all.urls.get(keys[0]!)?.url).toBe(some.urls.get(keys[0]!)?.url);
    expect(all.urls.get(keys[0]!)?.fromCache).toBe(true);
    expect(all.urls.get(keys[9999]!)?.fromCache).toBe(false);
  });

  it('fails for the keys that fail', async () => {
    const images = make({
      presign: (key, request) => {
        if (key === 'bad') throw new Error('not this one');
        return presign(key, request);
      },
    });
    const { urls, errors: failed } = await images.urlsOf(['good', 'bad']);
    expect([[...urls.keys()], [...failed.keys()]]).toEqual([['good'], ['bad']]);
  });
});

describe('options', () => {
  it.each([
    [{ lifetime: 10 }, /lifetime .*10/],
    [{ jitter: 2 }, /jitter .*2/],
    [{ mount: 'images' }, /mount .*images/],
    [{ refreshCooldown: -1 }, /refreshCooldown .*-1/],
  ])('that are wrong are named: %o', (options, message) => {
    expect(() => make(options)).toThrow(message);
  });
});
