import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle, launch, open, type OpenPage, seriousFindings, servePage } from '../support/browser.js';
import { type ForebayServer, startForebay } from '../support/forebay-server.js';
import type { TestPage } from '../support/page.js';

declare const testPage: TestPage;

/** As Chromium traces: `tdur` is processor time in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

describe('<ImageGrid> in a browser', () => {
  let browser: Browser;
  let server: ForebayServer;
  let current: OpenPage;
  let page: Page;

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
    ({ page } = current);
  });
  afterEach(async () => {
    if (current.complaints.length > 0) throw new Error(current.complaints.join('\n'));
    await page.context().close();
  });

  const mount = async (count: number, props: Record<string, unknown> = {}, options = {}): Promise<void> => {
    await page.evaluate(
      ([count, props, options]) => {
        const items = Array.from({ length: count }, (_, index) => ({
          imageKey: `p/${index}.png`,
          alt: `Picture ${index}`,
        }));
        testPage.mountGrid(items, props, options);
      },
      [count, props, options] as const,
    );
    await page.waitForSelector('[data-state=loaded]');
  };
  const lookups = (): number[] => server.asked.filter(({ kind }) => kind === 'lookup').map(({ keys }) => keys.length);
  const focused = (): Promise<number> =>
    page.evaluate(() => Number((document.activeElement as HTMLElement).dataset['index'] ?? -1));

  /** Scrolls by steps of a frame, and counts elements whenever any come or go. */
  const scroll = (frames: number, step: number): Promise<{ most: number; median: number; slow: number }> =>
    page.evaluate(
      async ([count, step]) => {
        const scroller = document.querySelector<HTMLElement>('[role=grid]');
        if (scroller === null) throw new Error('There is no grid');
        let most = 0;
        const observer = new MutationObserver(() => {
          most = Math.max(most, document.querySelectorAll('.forebay-grid *').length);
        });
        observer.observe(scroller, { childList: true, subtree: true });
        const frames: number[] = [];
        let last = performance.now();
        for (let frame = 0; frame < count; frame += 1) {
          scroller.scrollTop += step;
          await new Promise(requestAnimationFrame);
          const now = performance.now();
          frames.push(now - last);
          last = now;
        }
        observer.disconnect();
        frames.sort((a, b) => a - b);
        return { most, median: frames[frames.length >> 1] ?? 0, slow: frames[Math.floor(frames.length * 0.95)] ?? 0 };
      },
      [frames, step] as const,
    );

  it('scrolls through 2,000 pictures with under 200 elements alive', async () => {
    await mount(2000);
    const reading = await scroll(90, 40);
    const flinging = await scroll(90, 300);
    for (const [pace, { most, median, slow }] of Object.entries({ reading, flinging }))
      process.stdout.write(
        `  ${pace}: ${most} elements at most; frames: median ${median.toFixed(1)} ms, 95th ${slow.toFixed(1)} ms\n`,
      );
    expect(Math.max(reading.most, flinging.most)).toBeLessThan(200);
    // On a quiet machine it is 17 ms; a page that renders all rows takes hundreds.
    expect(Math.max(reading.median, flinging.median)).toBeLessThan(150);
    await page.waitForFunction(() => document.querySelectorAll('img').length > 20);
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    expect(await page.locator('[data-state=loaded]').count()).toBeGreaterThan(20);
    expect(await page.locator('.forebay-grid *').count()).toBeLessThan(200);
  });

  it('leaves the page’s own thread idle for most of every frame', async () => {
    await mount(2000);
    await browser.startTracing(page, { categories: ['toplevel'] });
    const frames = 120;
    await scroll(frames, 120);
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const main = traceEvents.find(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
    const tasks = traceEvents.filter(
      (event) => event.name.endsWith('RunTask') && event.tid === main?.tid && event.pid === main.pid,
    );
    // Processor time, which does not depend on what else the machine does. Tasks may be within tasks.
    const busy = tasks.reduce((sum, { tdur = 0 }) => sum + tdur / 1000, 0);
    expect(busy).toBeGreaterThan(1);
    expect(busy / frames).toBeLessThan(12);
  });

  it('looks up a large one a block at a time', async () => {
    await mount(2000, {}, { lookupKeys: 500 });
    await scroll(40, 1300);
    await expect.poll(lookups).toEqual([500, 500]);
  });

  it('does not load what flies by, and what is there when it stops', async () => {
    await mount(2000);
    await scroll(40, 1300);
    await page.waitForFunction(
      () => document.querySelector('[data-state=loaded]')?.closest('[data-index="0"]') === null,
    );
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    expect(server.asked.filter(({ kind }) => kind === 'direct').length).toBeLessThan(200);
    // All of them where it began; nothing on the way, nor where it ended.
    expect(lookups()).toEqual([2000]);
    const seen = await page.evaluate(() => {
      const scroller = document.querySelector('[role=grid]');
      const cells = [...document.querySelectorAll('[data-state=loaded]')].map((cell) => cell.getBoundingClientRect());
      const { top = 0, bottom = 0 } = scroller?.getBoundingClientRect() ?? {};
      return {
        above: cells.some((cell) => cell.top <= top + 10),
        below: cells.some((cell) => cell.bottom >= bottom - 10),
      };
    });
    expect(seen).toEqual({ above: true, below: true });
  });

  it('looks all its pictures up in one request, and gets them from the store itself', async () => {
    await mount(300);
    expect(lookups()).toEqual([300]);
    await page.waitForFunction(() => document.querySelectorAll('[data-state=loading]').length === 0);
    expect(new Set(server.asked.map(({ kind }) => kind))).toEqual(new Set(['lookup', 'direct']));
  });

  it('uses the redirect when look-ups fail', async () => {
    server.judge = ({ kind }) => (kind === 'lookup' ? 'refuse' : 'answer');
    await mount(300);
    await page.waitForFunction(() => document.querySelectorAll('[data-state=loading]').length === 0);
    expect(lookups()).toEqual([300]);
    expect(new Set(server.asked.map(({ kind }) => kind))).toEqual(new Set(['lookup', 'redirect', 'direct']));
  });

  it('is a grid with one stop for Tab, and keys that lead anywhere', async () => {
    await mount(2000);
    expect(await seriousFindings(page)).toEqual([]);
    const grid = page.getByRole('grid', { name: 'Pictures' });
    const columns = Number(await grid.getAttribute('aria-colcount'));
    expect(columns).toBe(6);
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(Math.ceil(2000 / columns)));
    await page.keyboard.press('Tab');
    const trail: number[] = [await focused()];
    for (const key of [
      'ArrowRight',
      'ArrowDown',
      'End',
      'ArrowRight',
      'Home',
      'ArrowUp',
      'Control+End',
      'Control+Home',
      'PageDown',
      'PageUp',
    ]) {
      await page.keyboard.press(key);
      await expect.poll(focused).toBeGreaterThanOrEqual(0);
      trail.push(await focused());
    }
    const [page1 = 0] = trail.slice(9);
    expect(trail).toEqual([0, 1, 7, 11, 12, 12, 6, 1999, 0, page1, 0]);
    expect(page1 % columns).toBe(0);
    expect(page1).toBeGreaterThan(columns);
    const cell = page.locator('[data-index="0"]');
    expect(await cell.evaluate((element) => element.parentElement?.getAttribute('aria-rowindex'))).toBe('1');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe(-1);
  });

  it('keeps the focus on a picture that is scrolled out of sight, and a stop for Tab when there was none', async () => {
    await mount(2000);
    await page.keyboard.press('Tab');
    const jump = (part: number): Promise<void> =>
      page.evaluate(async (part) => {
        const scroller = document.querySelector('[role=grid]');
        if (scroller) scroller.scrollTop = scroller.scrollHeight * part;
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
      }, part);
    await jump(0.5);
    expect(await focused()).toBe(0);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await jump(0.7);
    expect(await page.locator('[data-index="0"]').count()).toBe(0);
    expect(await page.locator('[role=gridcell][tabindex="0"]').count()).toBe(1);
  });

  it('opens pictures over the page, goes through them, and ends where one was last', async () => {
    await mount(50);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await dialog.getAttribute('aria-label')).toBe('Picture 0');
    await page.keyboard.press('ArrowLeft');
    for (let step = 0; step < 8; step += 1) await page.keyboard.press('ArrowRight');
    expect(await dialog.getAttribute('aria-label')).toBe('Picture 8');
    expect(await page.locator('.forebay-lightbox__position').textContent()).toBe('9 of 50: Picture 8');
    await page.getByRole('button', { name: 'Next picture' }).click();
    expect(await dialog.getAttribute('aria-label')).toBe('Picture 9');
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe(9);
    await page.locator('[data-index="3"]').click();
    await dialog.waitFor();
    expect(await dialog.getAttribute('aria-label')).toBe('Picture 3');
  });

  it('follows its width, and a list that becomes shorter', async () => {
    await mount(500, { minColumnWidth: 100 });
    const columns = (): Promise<string | null> => page.getByRole('grid').getAttribute('aria-colcount');
    expect(await columns()).toBe('9');
    await page.setViewportSize({ width: 500, height: 700 });
    await expect.poll(columns).toBe('4');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+End');
    await expect.poll(focused).toBe(499);
    await page.evaluate(() => testPage.set({ items: [{ imageKey: 'only', alt: 'Only' }] }));
    await expect.poll(() => page.getByRole('gridcell').count()).toBe(1);
    await expect.poll(() => page.locator('[tabindex="0"]').count()).toBe(1);
  });
});
