import { setTimeout } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle, launch, open, type OpenPage, seriousFindings, servePage } from '../support/browser.js';
import { type ForebayServer, startForebay } from '../support/forebay-server.js';
import type { TestPage } from '../support/page.js';

declare const testPage: TestPage;

describe('<SmartImage> in a browser', () => {
  let browser: Browser;
  let server: ForebayServer;
  let current: OpenPage;

  beforeAll(async () => {
    server = await startForebay();
    await servePage(server, await bundle());
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    server.reset();
    current = await open(browser, server);
  });
  afterEach(async () => {
    if (current.complaints.length > 0) throw new Error(current.complaints.join('\n'));
    await current.page.context().close();
  });

  const mount = (props: Record<string, unknown>, options = {}): Promise<void> =>
    current.page.evaluate(([props, options]) => testPage.mountImage(props, options), [props, options] as const);
  const told = (): Promise<string[]> => current.page.evaluate(() => testPage.told);
  const state = (name: string): Promise<unknown> =>
    current.page.waitForSelector(`[data-state=${name}]`, { state: 'attached' });
  const kinds = (): string[] => server.asked.map(({ kind }) => kind);

  it('shows a picture whose first URL is refused, by a new one', async () => {
    let refused = 0;
    server.judge = ({ kind }) => (kind === 'direct' && (refused += 1) === 1 ? 'refuse' : 'answer');
    await mount({ imageKey: 'posters/ü 1.png', loading: 'eager' });
    await state('loaded');
    expect(await told()).toEqual(['retry refresh', 'refresh posters/ü 1.png', 'load refresh']);
    expect(kinds()).toEqual(['redirect', 'direct', 'refresh', 'direct']);
    expect(new Set(server.asked.map(({ key }) => key))).toEqual(new Set(['posters/ü 1.png']));
  });

  it('goes through the server when the store is out of reach', async () => {
    server.judge = ({ kind }) => (kind === 'direct' ? 'cut' : 'answer');
    await mount({ imageKey: 'a' });
    await state('loaded');
    expect((await told()).at(-1)).toBe('load proxy');
    expect(await current.page.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(160);
  });

  it('goes through the server also when a policy blocks the store', async () => {
    await current.page.evaluate(() => {
      const policy = document.createElement('meta');
      policy.httpEquiv = 'Content-Security-Policy';
      policy.content = "img-src 'self'";
      document.head.append(policy);
    });
    await mount({ imageKey: 'a' });
    await state('loaded');
    expect((await told()).at(-1)).toBe('load proxy');
    current.complaints.length = 0;
  });

  it('ends at a fallback that fails, and says so once', async () => {
    server.judge = () => 'refuse';
    await mount({ imageKey: 'a', fallbackSrc: '/fallback.svg', alt: 'A lighthouse' });
    await state('failed');
    await current.page.waitForFunction(() => document.querySelector('[role=status]')?.textContent !== '');
    const asked = server.asked.length;
    expect(await told()).toEqual([
      'retry refresh',
      'refresh a',
      'retry proxy',
      'retry proxy',
      'error FOREBAY_IMAGE_FAILED',
    ]);
    expect(kinds().filter((kind) => kind === 'fallback')).toHaveLength(1);
    expect(await current.page.getByRole('status').textContent()).toBe('Picture not available: A lighthouse');
    expect(await current.page.getByRole('img').getAttribute('aria-label')).toBe('A lighthouse (picture not available)');
    expect(await current.page.locator('img').count()).toBe(0);
    expect(await seriousFindings(current.page)).toEqual([]);
    expect(server.asked).toHaveLength(asked);
  });

  it('never shows an older picture, however quickly keys change and however slowly they come', async () => {
    server.judge = ({ kind, key }) => (kind === 'direct' ? setTimeout(key.length % 2 === 0 ? 80 : 5) : 'answer');
    await mount({ imageKey: 'k', 'data-key': 'k' });
    const wrong = await current.page.evaluate(async () => {
      const wrong: string[] = [];
      const keyOf = new WeakMap<Element, string>();
      const until = performance.now() + 1500;
      let key = 'k';
      let changed = performance.now();
      while (performance.now() < until) {
        await new Promise(requestAnimationFrame);
        for (const image of document.querySelectorAll('img')) {
          const shown = decodeURIComponent(/(?:images|store)\/([^?]+)/.exec(image.currentSrc || image.src)?.[1] ?? '');
          if (shown !== key) wrong.push(`${shown} for ${key}`);
          // An element that is given another URL shows its old picture until the new one has come.
          if ((keyOf.get(image) ?? key) !== key) wrong.push('an old element');
          keyOf.set(image, key);
        }
        if (performance.now() - changed < 40) continue;
        key = key.length > 12 ? 'k' : `${key}k`;
        testPage.set({ imageKey: key, 'data-key': key });
        changed = performance.now();
        await Promise.resolve();
      }
      return wrong;
    });
    expect(wrong).toEqual([]);
    await current.page.evaluate(() => testPage.set({ imageKey: 'last', 'data-key': 'last' }));
    await state('loaded');
    expect(await current.page.locator('img').getAttribute('src')).toBe('/api/v1/images/last');
    expect(await told()).not.toContain('retry refresh');
  });

  it('stops loading when it leaves', async () => {
    const never = new Promise<never>(() => undefined);
    server.judge = ({ kind }) => (kind === 'direct' ? never : 'answer');
    const failed = current.page.waitForEvent('requestfailed');
    const asked = current.page.waitForRequest(/\/store\//);
    await mount({ imageKey: 'a' });
    await asked;
    await current.page.evaluate(() => testPage.leave());
    expect((await failed).failure()?.errorText).toBe('net::ERR_ABORTED');
    expect(await told()).toEqual([]);
  });

  it('looks pictures up together, remembers their URLs on the next page, and forgets them when told', async () => {
    await mount({ imageKey: 'a' }, { lookup: true });
    await state('loaded');
    expect(kinds()).toEqual(['lookup', 'direct']);
    const stored = (): Promise<number> =>
      current.page.evaluate(async () => {
        const [{ name = '' } = {}] = await indexedDB.databases();
        const database = await new Promise<IDBDatabase>((resolve) => {
          const request = indexedDB.open(name);
          request.addEventListener('success', () => resolve(request.result));
        });
        const count = database.transaction('urls').objectStore('urls').count();
        await new Promise((resolve) => count.addEventListener('success', resolve));
        database.close();
        return count.result;
      });
    await expect.poll(stored).toBe(1);
    await current.page.reload();
    await mount({ imageKey: 'a' }, { lookup: true });
    await state('loaded');
    expect(kinds().filter((kind) => kind === 'lookup')).toHaveLength(1);
    await current.page.evaluate(() => testPage.plugin()?.client.clear());
    expect(await stored()).toBe(0);
  });

  it('keeps no more in IndexedDB than it may, what ends last', async () => {
    const left = await current.page.evaluate(async () => {
      testPage.mountImage({ src: '/fallback.svg' }, { cacheEntries: 3, lookupKeys: 2 });
      const client = testPage.plugin()?.client;
      if (client === undefined) throw new Error('There is no plugin');
      for (const keys of [['a', 'b'], ['c', 'd'], ['e']]) await Promise.all(keys.map((key) => client.urlOf(key)));
      const [{ name = '' } = {}] = await indexedDB.databases();
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open(name);
        request.addEventListener('success', () => resolve(request.result));
      });
      const keys = database.transaction('urls').objectStore('urls').getAllKeys();
      await new Promise((resolve) => keys.addEventListener('success', resolve));
      return keys.result;
    });
    expect(left).toHaveLength(3);
    expect(left).toContain('e');
  });

  it('does without IndexedDB where the browser forbids it', async () => {
    await current.page.evaluate(() => {
      Object.defineProperty(globalThis, 'indexedDB', {
        get: () => {
          throw new DOMException('forbidden', 'SecurityError');
        },
      });
    });
    await mount({ imageKey: 'a' }, { lookup: true });
    await state('loaded');
    expect(await told()).toEqual(['load direct']);
  });

  it('opens a preview that holds the focus, closes on Escape and gives the focus back', async () => {
    const { page } = current;
    await mount({ imageKey: 'a', alt: 'A lighthouse', preview: true, width: 160, height: 160 });
    await state('loaded');
    expect(await seriousFindings(page)).toEqual([]);
    const button = page.getByRole('button', { name: 'Enlarge picture: A lighthouse' });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'A lighthouse' });
    await dialog.waitFor();
    for (let tab = 0; tab < 4; tab += 1) {
      await page.keyboard.press('Tab');
      const outside = await page.evaluate(() => {
        const focused = document.activeElement;
        return focused !== document.body && focused?.closest('dialog') === null;
      });
      expect(outside).toBe(false);
    }
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await button.click();
    await page.getByRole('button', { name: 'Close' }).click();
    await dialog.waitFor({ state: 'detached' });
    await button.click();
    await dialog.waitFor();
    await page.mouse.click(5, 400);
    await dialog.waitFor({ state: 'detached' });
    expect((await told()).filter((what) => what === 'click')).toHaveLength(3);
  });

  it('fades in only for those who do not mind motion', async () => {
    const { page } = current;
    await mount({ imageKey: 'a' });
    const duration = (): Promise<string> =>
      page.locator('img').evaluate((image) => getComputedStyle(image).transitionDuration);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await duration()).toBe('0s');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    expect(await duration()).toBe('0.2s');
  });

  it("shows a thumbhash in the picture's place until it is there", async () => {
    let come = (): void => undefined;
    const arrival = new Promise<void>((resolve) => {
      come = resolve;
    });
    server.judge = ({ kind }) => (kind === 'direct' ? arrival : 'answer');
    await mount({
      imageKey: 'a',
      placeholder: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
      width: '80',
      height: '40',
      rounded: 'full',
    });
    const style = (): Promise<string> =>
      current.page.locator('.forebay-image').evaluate((frame) => frame.getAttribute('style') ?? '');
    expect(await style()).toMatch(/width: 80px; aspect-ratio: 80 \/ 40; border-radius: 50%; .*url\("data:image\/png/);
    come();
    await state('loaded');
    expect(await style()).not.toContain('data:');
  });
});
