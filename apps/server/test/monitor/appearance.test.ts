import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { launchBrowser } from '../support/hls/browser.js';
import { Dashboard } from './support/dashboard.js';

const PLACES = ['overview', 'upstreams', 'cache', 'streams', 'tasks', 'workers', 'alerts'];
const PHONE = { width: 360, height: 780 };

let browser: Browser;
let forebay: Forebay;
beforeAll(async () => {
  [browser, forebay] = await Promise.all([launchBrowser(), Forebay.start()]);
  await Promise.all(Array.from({ length: 20 }, (_, number) => forebay.ask(`/t/p/w92/${number}.png`)));
  await forebay.ask('/hls/vod/main.m3u8');
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
});

/** Rules of the accessibility guidelines that are broken in earnest. */
async function broken(page: Page): Promise<string[]> {
  const violations = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
    'axe.run().then(({ violations }) => violations)',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

const looks: readonly (readonly [string, BrowserContextOptions])[] = [
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['on a phone', { colorScheme: 'light', viewport: PHONE, hasTouch: true, isMobile: true }],
];

describe.each(looks)('%s', (_, options) => {
  it('has no serious fault for axe in any section, is no wider than its screen, and asks nobody else', async () => {
    const dashboard = await Dashboard.open(browser, forebay.port, options);
    const { page } = dashboard;
    await dashboard.show();
    await dashboard.live();
    // Injected from outside: the page's own policy would not have it.
    await page.evaluate(axe.source);
    const faults: Record<string, unknown> = {};
    for (const place of PLACES) {
      await page.evaluate(`location.hash = '${place}'`);
      await page.locator(`nav [aria-current][href="#${place}"]`).waitFor();
      // Each panel of a section loads by itself.
      await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
      const found = await broken(page);
      const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      if (found.length > 0 || beyond > 0) faults[place] = { found, beyond };
    }
    expect(faults).toEqual({});
    expect(dashboard.strangers).toEqual([]);
    expect(dashboard.complaints).toEqual([]);
    await dashboard.close();
  });
});

it('can be used with a keyboard alone', async () => {
  const dashboard = await Dashboard.open(browser, forebay.port);
  const { page } = dashboard;
  const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
  await dashboard.show();
  await dashboard.live();
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the content');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(await focused()).toContain('Upstreams');
  await page.keyboard.press('Enter');
  await dashboard.row('sample-quick').waitFor();
  // The section that was gone to has the focus: what is next are its own controls.
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Drain');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByLabel('Weight').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await focused()).toBe('Weight…');
  await dashboard.close();
});

it('has a table behind each chart, and says in words what a chart shows', async () => {
  const dashboard = await Dashboard.open(browser, forebay.port);
  const { page } = dashboard;
  await dashboard.show();
  await dashboard.live();
  await page.getByRole('img', { name: /^Requests a second, last 5 min\. requests .*, server errors 0$/ }).waitFor();
  const tables = page.getByText('As a table');
  expect(await tables.count()).toBe(4);
  await tables.first().click();
  const table = page.getByRole('table', { name: 'Requests a second' });
  await table.getByRole('columnheader', { name: 'to upstreams' }).waitFor();
  expect(await table.getByRole('row').count()).toBeGreaterThan(1);
  await dashboard.close();
});

it('speaks Simplified Chinese to a browser that wants Chinese', async () => {
  const dashboard = await Dashboard.open(browser, forebay.port, { locale: 'zh-CN' });
  await dashboard.show();
  await dashboard.page.getByText('实时', { exact: true }).waitFor();
  await dashboard.page.getByRole('heading', { name: '一切正常' }).waitFor();
  expect(await dashboard.page.locator('html').getAttribute('lang')).toBe('zh-Hans');
  await dashboard.close();
});
