import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually, Forebay } from '../support/forebay.js';
import { launchBrowser } from '../support/hls/browser.js';

let forebay: Forebay;
let browser: Browser;
beforeAll(async () => {
  [forebay, browser] = await Promise.all([Forebay.start(), launchBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
});

it("shows the sample store's pictures in a gallery, by one look-up, and mends those that fail", async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text());
  });
  page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await page.goto(`http://127.0.0.1:${forebay.port}/gallery`);

  const steps = (name: string): Promise<string[]> =>
    page.getByRole('region', { name }).getByRole('listitem').allTextContents();
  await eventually(
    () => steps('Not in the store'),
    (told) => told.at(-1) === 'seen, by fallback',
    'the fallback is seen',
  );
  await eventually(
    () => steps('Refused by the store'),
    (told) => told.at(-1) === 'seen, by refresh',
    'a new signature helps',
  );
  const cells = page.getByRole('gridcell');
  const loaded = page.locator('[role=gridcell] [data-state=loaded]');
  await eventually(
    async () => [await loaded.count(), await cells.count()],
    ([seen = 0, all]) => seen > 5 && seen === all,
    'all pictures in sight are loaded',
  );

  // The hard keys are the last ones.
  await cells.first().focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').locator('[data-state=loaded]').waitFor();
  // One for the grid, one for the pictures that fail.
  expect(asked.filter((what) => what === 'POST /api/v1/image-urls')).toHaveLength(2);
  expect(asked.filter((what) => what.startsWith('GET /api/v1/images/posters/7.png'))).toHaveLength(1);
  expect(complaints).toEqual([]);
  expect(forebay.output.join('\n')).not.toContain('X-Amz-Signature');
});
