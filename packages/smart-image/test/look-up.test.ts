import { createSmartImage, type SmartImageOptions, type StoredUrl, type UrlStore } from '@forebay/smart-image';
import { describe, expect, it } from 'vitest';
import { type AnsweringFetch, answeringFetch, urlsFor } from './support/answering-fetch.js';
import { ManualClock, settle } from './support/manual-clock.js';

const clientWith = (
  options: SmartImageOptions = {},
  clock = new ManualClock(),
): AnsweringFetch & { clock: ManualClock; client: ReturnType<typeof createSmartImage>['client'] } => {
  const server = answeringFetch(({ keys }) => urlsFor(keys, clock.now()));
  const { client } = createSmartImage({
    baseUrl: 'https://media.test',
    fetch: server.fetch,
    clock,
    persist: false,
    ...options,
  });
  return { ...server, clock, client };
};

describe('looking URLs up', () => {
  it('asks once for all that are wanted in the same moment, and once for a key', async () => {
    const { client, calls, clock } = clientWith({ token: () => 'secret' });
    const urls = Promise.all(['a/1.png', 'a/2.png', 'a/1.png'].map((key) => client.urlOf(key)));
    await clock.pass(16);
    expect((await urls).map(({ url }) => url)).toEqual([
      'https://store.test/a/1.png?signed',
      'https://store.test/a/2.png?signed',
      'https://store.test/a/1.png?signed',
    ]);
    expect(calls.map(({ url, keys }) => [url, keys])).toEqual([
      ['https://media.test/api/v1/image-urls', ['a/1.png', 'a/2.png']],
    ]);
    expect(calls[0]?.headers.get('authorization')).toBe('Bearer secret');
  });

  it('asks for no more keys at once than it may', async () => {
    const { client, calls, clock } = clientWith({ lookupKeys: 2 });
    client.prefetch(['1', '2', '3', '4', '5']);
    await clock.pass(16);
    expect(calls.map(({ keys }) => keys.length)).toEqual([2, 2, 1]);
  });

  it('does not ask for a key again while it is being asked for, nor while its URL lasts', async () => {
    const answer = new EventTarget();
    const clock = new ManualClock();
    const { fetch, calls } = answeringFetch(async ({ keys }) => {
      await new Promise((resolve) => answer.addEventListener('ready', resolve));
      return urlsFor(keys, clock.now());
    });
    const { client } = clientWith({ fetch, expiryMargin: 60_000, lookupTimeout: 60_000 }, clock);
    const first = client.urlOf('a');
    await clock.pass(20);
    const second = client.urlOf('a');
    await clock.pass(20);
    answer.dispatchEvent(new Event('ready'));
    expect(await first).toEqual(await second);
    await clock.pass(3_600_000 - 60_000 - 100);
    await client.urlOf('a');
    expect(calls).toHaveLength(1);
    await clock.pass(200);
    expect(client.peek('a')).toBeUndefined();
    void client.urlOf('a');
    await clock.pass(16);
    expect(calls).toHaveLength(2);
  });

  it("reckons a URL's end by the server's clock", async () => {
    const clock = new ManualClock();
    // This machine is two hours ahead: by its own clock, the URL has ended.
    const there = clock.now() - 7_200_000;
    const { fetch } = answeringFetch(({ keys }) => urlsFor(keys, there), { date: new Date(there).toUTCString() });
    const { client } = clientWith({ fetch }, clock);
    const found = client.urlOf('a');
    await clock.pass(16);
    expect((await found).expiresAt).toBe(clock.now() + 3_600_000);
    expect(client.peek('a')).toBeDefined();
  });

  it('uses URLs for a while that have ended by a clock which it cannot check', async () => {
    const clock = new ManualClock();
    const { fetch, calls } = answeringFetch(({ keys }) => urlsFor(keys, clock.now() - 7_200_000));
    const { client } = clientWith({ fetch }, clock);
    client.prefetch(['a']);
    await clock.pass(16);
    expect(client.peek('a')).toBeDefined();
    await clock.pass(61_000);
    expect(client.peek('a')).toBeUndefined();
    expect(calls).toHaveLength(1);
  });

  it('forgets a key that nobody waits for before it was asked for', async () => {
    const { client, calls, clock } = clientWith();
    const leaving = new AbortController();
    const left = client.urlOf('a', leaving.signal);
    const stays = client.urlOf('b');
    leaving.abort();
    await expect(left).rejects.toMatchObject({ code: 'FOREBAY_LOOKUP_ABORTED', imageKey: 'a' });
    await clock.pass(16);
    await stays;
    expect(calls.map(({ keys }) => keys)).toEqual([['b']]);
  });

  it('tells of the keys that the server has no URL for, each by itself', async () => {
    const clock = new ManualClock();
    const { fetch, calls } = answeringFetch(() => ({
      urls: { good: { url: '/x', expires_at: '2026-01-01T01:00:00Z' }, odd: { url: '/y', expires_at: 'soon' } },
      errors: { bad: 'no such key' },
    }));
    const { client } = clientWith({ fetch }, clock);
    const all = Promise.allSettled(['good', 'odd', 'bad', 'constructor'].map((key) => client.urlOf(key)));
    await clock.pass(16);
    expect((await all).map((one) => (one.status === 'fulfilled' ? one.value.url : String(one.reason.code)))).toEqual([
      '/x',
      'FOREBAY_IMAGE_UNKNOWN',
      'FOREBAY_IMAGE_UNKNOWN',
      'FOREBAY_IMAGE_UNKNOWN',
    ]);
    client.prefetch(['good', 'bad']);
    await clock.pass(4000);
    expect(calls).toHaveLength(1);
    await clock.pass(1001);
    client.prefetch(['good', 'bad']);
    await clock.pass(16);
    expect(calls.at(-1)?.keys).toEqual(['bad']);
  });

  it.each([
    ['an error', () => 503],
    ['something that is no answer', () => null],
    ['nothing in time', () => new Promise<never>(() => undefined)],
  ])('fails on %s, and then for a while at once', async (_, answer) => {
    const clock = new ManualClock();
    const server = answeringFetch(answer);
    const fetch: typeof globalThis.fetch = (input, init) => {
      const ended = new Promise<never>((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
      return Promise.race([server.fetch(input, init), ended]);
    };
    const { client } = clientWith({ fetch, lookupTimeout: 1000, lookupPause: 5000 }, clock);
    const first = client.urlOf('a').catch((error: unknown) => error);
    await clock.pass(1100);
    expect(await first).toMatchObject({ code: 'FOREBAY_LOOKUP_FAILED' });
    await expect(client.urlOf('b')).rejects.toMatchObject({ code: 'FOREBAY_LOOKUP_FAILED' });
    expect(server.calls).toHaveLength(1);
    await clock.pass(5000);
    client.prefetch(['b']);
    await clock.pass(16);
    expect(server.calls).toHaveLength(2);
  });

  it('keeps no more URLs than it may, and those that were used last', async () => {
    const { client, clock } = clientWith({ cacheEntries: 2 });
    client.prefetch(['a', 'b']);
    await clock.pass(16);
    client.peek('a');
    client.prefetch(['c']);
    await clock.pass(16);
    expect(['a', 'b', 'c'].map((key) => client.peek(key) !== undefined)).toEqual([true, false, true]);
  });

  it('asks a store first, and does without one that fails or does not answer', async () => {
    const clock = new ManualClock();
    const kept: StoredUrl[] = [{ key: 'old', url: '/kept', expiresAt: clock.now() + 3_600_000 }];
    const store: UrlStore = {
      read: async (keys) => kept.filter(({ key }) => keys.includes(key)),
      write: async (urls) => void kept.push(...urls),
      remove: async () => undefined,
      clear: async () => void kept.splice(0),
      close: () => undefined,
    };
    const { client, calls } = clientWith({ persist: store }, clock);
    const both = Promise.all([client.urlOf('old'), client.urlOf('new')]);
    await clock.pass(16);
    expect((await both)[0].url).toBe('/kept');
    expect(calls.map(({ keys }) => keys)).toEqual([['new']]);
    expect(kept.map(({ key }) => key)).toEqual(['old', 'new']);
    await client.clear();
    expect([kept, client.peek('old')]).toEqual([[], undefined]);

    let reads = 0;
    const read = (): Promise<never> => {
      reads += 1;
      return new Promise(() => undefined);
    };
    const patient = clientWith({ persist: { ...store, read } }, clock);
    for (const key of ['a', 'b', 'c', 'd']) {
      const found = patient.client.urlOf(key);
      await clock.pass(300);
      expect((await found).url).toBe(`https://store.test/${key}?signed`);
    }
    expect(reads).toBe(3);
  });

  it('refuses keys that the server would refuse, without asking', async () => {
    const { client, calls, clock } = clientWith();
    for (const key of ['', 'a/../b', '.', 'tab\there', 'x'.repeat(1025), '\ud800'])
      await expect(client.urlOf(key)).rejects.toMatchObject({ code: 'FOREBAY_IMAGE_KEY' });
    await clock.pass(16);
    expect(calls).toHaveLength(0);
  });

  it('ends with its application', async () => {
    const { client, calls, clock } = clientWith();
    const waiting = client.urlOf('a').catch((error: unknown) => error);
    await settle();
    client.close();
    expect(await waiting).toMatchObject({ code: 'FOREBAY_LOOKUP_ABORTED' });
    await clock.pass(16);
    expect([calls.length, clock.timers]).toEqual([0, 0]);
  });
});

describe('options', () => {
  it.each([
    [{ baseUrl: 'javascript:alert(1)' }, /baseUrl .*javascript/],
    [{ baseUrl: '//elsewhere.test' }, /baseUrl/],
    [{ baseUrl: 'https://x.test/?a=1' }, /baseUrl/],
    [{ lookupKeys: 0 }, /lookupKeys .*not 0/],
    [{ maxRetries: Number.NaN }, /maxRetries .*NaN/],
  ])('refuses %o by name', (options, message) => {
    expect(() => createSmartImage(options)).toThrow(message);
  });
});
