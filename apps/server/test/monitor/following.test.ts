import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EventStream } from '../support/event-stream.js';
import { eventually, Forebay } from '../support/forebay.js';
import { launchBrowser } from '../support/hls/browser.js';
import { Dashboard } from './support/dashboard.js';

/** As many as the stream takes. */
const LISTENERS = 20;

let browser: Browser;
let forebay: Forebay;
beforeAll(async () => {
  [browser, forebay] = await Promise.all([launchBrowser(), Forebay.start()]);
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
});

it('asks every two seconds where there is no room at the stream', async () => {
  const listeners = await Promise.all(Array.from({ length: LISTENERS }, () => EventStream.open(forebay.port)));
  const dashboard = await Dashboard.open(browser, forebay.port);
  const { page } = dashboard;
  await dashboard.show();
  await page.getByText('Every 2 s', { exact: true }).waitFor();
  const total = page.getByText(/since the start/).first();
  const before = await total.innerText();
  await forebay.ask('/t/p/w92/polled.png');
  await eventually(
    () => total.innerText(),
    (now) => now !== before,
    'the request is counted on the page',
  );
  expect(dashboard.complaints).toEqual([]);
  await dashboard.close();
  await Promise.all(listeners.map((each) => each.end()));
});

it('listens to nothing and asks nothing while nobody can see it', async () => {
  const dashboard = await Dashboard.open(browser, forebay.port);
  const { page } = dashboard;
  await page.addInitScript(`
    let hidden = false;
    Object.defineProperty(Document.prototype, 'hidden', { get: () => hidden });
    globalThis.hide = (how) => { hidden = how; document.dispatchEvent(new Event('visibilitychange')); };
  `);
  await dashboard.show('cache');
  await dashboard.live();
  const asked: string[] = [];
  await page.evaluate('hide(true)');
  await page.getByText('Paused', { exact: true }).waitFor();
  page.on('request', (sent) => asked.push(sent.url()));
  // Longer than between two questions of any list here, and than the silence that would be taken for a loss.
  await page.waitForTimeout(5500);
  expect(asked).toEqual([]);
  await page.evaluate('hide(false)');
  await dashboard.live();
  await eventually(
    async () => asked.map((url) => new URL(url).pathname),
    (paths) => paths.includes('/api/v1/events') && paths.includes('/cache/info'),
    'it listens and asks again',
  );
  await dashboard.close();
});
