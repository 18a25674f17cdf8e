import { createSmartImage, encodeImageKey, useSmartImage } from '@forebay/smart-image';
import type { PictureSource, SmartImageOptions, UseSmartImage } from '@forebay/smart-image';
import { describe, expect, it } from 'vitest';
import { createSSRApp, effectScope, nextTick, shallowRef, type ShallowRef } from 'vue';
import { ManualClock } from './support/manual-clock.js';

interface Shown extends UseSmartImage {
  readonly clock: ManualClock;
  readonly source: ShallowRef<PictureSource>;
  readonly told: string[];
  /** What the browser would be loading. */
  readonly url: () => string | undefined;
  /** The browser fails to load it. */
  readonly fail: () => void;
  readonly leave: () => void;
}

function show(first: PictureSource, options: SmartImageOptions = {}): Shown {
  const clock = new ManualClock();
  const app = createSSRApp({});
  app.use(createSmartImage({ baseUrl: '/media', clock, random: () => 1, persist: false, ...options }));
  const scope = effectScope();
  const source = shallowRef(first);
  const told: string[] = [];
  const image = app.runWithContext(() =>
    scope.run(() =>
      useSmartImage(source, {
        load: ({ stage }) => told.push(`load ${stage}`),
        error: ({ code }) => told.push(`error ${code}`),
        retry: ({ retry, stage, delay }) => told.push(`retry ${retry} ${stage} ${delay}`),
        refresh: (key) => told.push(`refresh ${key}`),
      }),
    ),
  );
  if (image === undefined) throw new Error('The scope is active');
  return {
    ...image,
    clock,
    source,
    told,
    url: () => image.attributes.value?.src,
    fail: () => image.attributes.value?.onError(),
    leave: () => scope.stop(),
  };
}

describe("a picture's way down", () => {
  it('goes from the redirect to a new URL, to the proxy, to the fallback, and then nowhere', async () => {
    const { url, fail, clock, told, view } = show({ imageKey: 'a b/ü+.png', fallbackSrc: '/none.svg' });
    expect(url()).toBe('/media/api/v1/images/a%20b/%C3%BC%2B.png');
    fail();
    expect([url(), view.value.status]).toEqual([undefined, 'waiting']);
    await clock.pass(250);
    expect(url()).toMatch(/^\/media\/api\/v1\/images\/a%20b\/%C3%BC%2B\.png\?mode=redirect&refresh=true&t=./);
    fail();
    await clock.pass(500);
    expect(url()).toMatch(/\?mode=proxy$/);
    fail();
    await clock.pass(1000);
    expect(url()).toMatch(/\?mode=proxy$/);
    fail();
    expect(url()).toBe('/none.svg');
    fail();
    expect([url(), view.value.status, clock.timers]).toEqual([undefined, 'failed', 0]);
    await clock.pass(100_000);
    expect(told).toEqual([
      'retry 1 refresh 250',
      'refresh a b/ü+.png',
      'retry 2 proxy 500',
      'retry 3 proxy 1000',
      'error FOREBAY_IMAGE_FAILED',
    ]);
  });

  it('tries a plain URL again, and never by another way', async () => {
    const { url, fail, clock, view } = show({ src: 'https://elsewhere.test/a.png' }, { maxRetries: 2 });
    for (let tries = 0; tries < 3; tries += 1) {
      expect(url()).toBe('https://elsewhere.test/a.png');
      fail();
      await clock.pass(10_000);
    }
    expect([url(), view.value.status]).toEqual([undefined, 'failed']);
  });

  it('begins anew, with a new URL and all its retries, when it is told to', async () => {
    const { url, fail, retry, view, told } = show({ imageKey: 'a' }, { maxRetries: 0 });
    fail();
    expect(view.value.status).toBe('failed');
    retry();
    expect([url()?.includes('refresh=true'), view.value.retries, view.value.error]).toEqual([true, 0, undefined]);
    fail();
    expect(told.filter((what) => what.startsWith('error'))).toHaveLength(2);
  });

  it('lets go of the old picture at once when the key changes, whatever its element still reports', async () => {
    const { url, source, attributes, clock, told, view } = show({ imageKey: 'old' });
    const old = attributes.value;
    source.value = { imageKey: 'new' };
    await nextTick();
    expect(url()).toBe('/media/api/v1/images/new');
    expect(attributes.value?.key).not.toBe(old?.key);
    old?.onLoad();
    old?.onError();
    await clock.pass(100_000);
    expect([view.value.status, told]).toEqual(['loading', []]);
  });

  it('stops waiting when it leaves, or gets another key', async () => {
    const { fail, leave, source, clock, told } = show({ imageKey: 'a' });
    fail();
    source.value = { imageKey: 'b' };
    await nextTick();
    expect(clock.timers).toBe(0);
    fail();
    leave();
    expect(clock.timers).toBe(0);
    await clock.pass(100_000);
    expect(told.filter((what) => what.startsWith('refresh'))).toEqual([]);
  });

  it('ignores what an element of an earlier try reports', async () => {
    const { attributes, fail, clock, view } = show({ imageKey: 'a' });
    const first = attributes.value;
    fail();
    await clock.pass(250);
    first?.onLoad();
    first?.onError();
    expect([view.value.status, view.value.stage]).toEqual(['loading', 'refresh']);
  });

  it('shows the fallback at once for a key that is none', async () => {
    const { url, told, clock } = show({ imageKey: '../etc', fallbackSrc: '/none.svg' });
    expect(url()).toBe('/none.svg');
    await clock.pass(0);
    expect(told).toEqual(['error FOREBAY_IMAGE_KEY']);
  });

  it('sends all of a srcset the same way', async () => {
    const { attributes, fail, clock } = show({
      imageKey: 'a.png',
      srcset: [{ imageKey: 'a.png', width: 320 }, { imageKey: 'a,2.png', width: 640 }, { src: '/c.png' }, {}],
    });
    expect(attributes.value?.srcset).toBe(
      '/media/api/v1/images/a.png 320w, /media/api/v1/images/a%2C2.png 640w, /c.png 1x',
    );
    fail();
    await clock.pass(250);
    fail();
    await clock.pass(500);
    expect(attributes.value?.srcset).toContain('a%2C2.png?mode=proxy 640w');
  });

  it('gives every refreshed redirect a URL of its own', async () => {
    const { url, retry } = show({ imageKey: 'a' });
    retry();
    const first = url();
    retry();
    expect(url()).not.toBe(first);
  });
});

describe('image keys', () => {
  it('are encoded segment by segment', () => {
    expect(encodeImageKey('été/100% (1)/stats?x#y')).toBe('%C3%A9t%C3%A9/100%25%20(1)/stats%3Fx%23y');
  });
});
