import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { launchBrowser } from '../support/hls/browser.js';

let forebay: Forebay;
let browser: Browser;
let base: string;
beforeAll(async () => {
  [forebay, browser] = await Promise.all([Forebay.start(), launchBrowser()]);
  base = `http://127.0.0.1:${forebay.port}`;
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
});

/** What a page asks of others than this server, and what the browser complains about: both have to stay empty. */
function watch(page: Page): { readonly strangers: string[]; readonly complaints: string[] } {
  const seen = { strangers: [] as string[], complaints: [] as string[] };
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(`${base}/`)) seen.strangers.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') seen.complaints.push(message.text());
  });
  page.on('pageerror', (error) => seen.complaints.push(String(error)));
  return seen;
}

/** Rules of the accessibility guidelines that are broken in earnest. */
async function broken(page: Page): Promise<string[]> {
  // Injected from outside: the page's own policy would not have it.
  await page.evaluate(axe.source);
  const violations = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
    'axe.run().then(({ violations }) => violations)',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

it.each(['light', 'dark'] as const)('has a start page, %s, that leads everywhere', async (colorScheme) => {
  const page = await browser.newPage({ colorScheme });
  const seen = watch(page);
  await page.goto(base);
  await page.getByText(/^Version .* is (healthy|degraded)/).waitFor();
  await page.locator('#posters img').first().waitFor();
  expect(await broken(page)).toEqual([]);
  await page.getByRole('link', { name: /^Player/ }).click();
  await page.getByRole('heading', { name: 'Player' }).waitFor();
  expect(seen).toEqual({ strangers: [], complaints: [] });
  await page.close();
});

it.each(['light', 'dark'] as const)(
  'has a player, %s, for the streams of sample mode and for paths of one’s own',
  async (colorScheme) => {
    const page = await browser.newPage({ colorScheme, viewport: { width: 360, height: 740 } });
    const seen = watch(page);
    await page.goto(`${base}/player`);
    await page.locator('[data-row=state]', { hasText: 'playing' }).waitFor();
    expect(await broken(page)).toEqual([]);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(360);
    await page.getByLabel('Stream').selectOption('Another one');
    await page.getByLabel(/^Path below/).fill('https://example.org/hls/live.m3u8');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('alert').getByText('A stream is a path below /hls/').waitFor();
    await page.getByLabel(/^Path below/).fill('/hls/transport/main.m3u8');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.locator('[data-row=size]', { hasText: '640 × 360' }).waitFor();
    expect(seen).toEqual({ strangers: [], complaints: [] });
    await page.close();
  },
);
