import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { launchBrowser } from '../support/hls/browser.js';
import { Dashboard } from './support/dashboard.js';
import { UpstreamProcess } from './support/upstream-process.js';

let browser: Browser;
let forebay: Forebay;
let steady: UpstreamProcess;
let doomed: UpstreamProcess;
let flowing = true;
let flow: Promise<void>;

beforeAll(async () => {
  [steady, doomed] = await Promise.all([UpstreamProcess.start(), UpstreamProcess.start()]);
  [browser, forebay] = await Promise.all([
    launchBrowser(),
    Forebay.start({
      UPSTREAM_SERVERS: `${steady.url},${doomed.url}`,
      UNHEALTHY_TIMEOUT: '1000',
      HEALTH_CHECK_INTERVAL: '1000',
    }),
  ]);
  flow = requestsFlow();
});
afterAll(async () => {
  flowing = false;
  await flow;
  await browser.close();
  await forebay.end();
  await Promise.all([steady.kill(), doomed.kill()]);
});

/** Pictures that nobody has asked for before, one after the other. */
async function requestsFlow(): Promise<void> {
  for (let number = 0; flowing; number += 1) {
    await forebay.ask(`/t/p/w92/flow-${number}.png`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('shows within two seconds that an upstream was killed, what to do, and then its return', async () => {
  const dashboard = await Dashboard.open(browser, forebay.port);
  const { page } = dashboard;
  await dashboard.show();
  await dashboard.live();
  await page.getByRole('heading', { name: 'All is well' }).waitFor();
  await dashboard.row(doomed.name).getByText('Takes requests').waitFor();

  await doomed.kill();
  const killedAt = performance.now();
  const finding = page.getByRole('listitem').filter({ hasText: `tmdb-image ${doomed.name} gets no requests` });
  await finding.waitFor({ timeout: 5000 });
  const shownAfter = performance.now() - killedAt;
  expect(shownAfter).toBeLessThan(2000);
  await page.getByRole('heading', { name: 'Degraded' }).waitFor({ timeout: 1000 });
  expect(await finding.innerText()).toMatch(/for \d+s, since .*What to do/s);
  await dashboard
    .row(doomed.name)
    .getByText(/Isolated|Probes fail|On trial/)
    .waitFor();
  expect(await page.title()).toBe('Degraded · Forebay');

  await doomed.run();
  await page.getByRole('heading', { name: 'All is well' }).waitFor({ timeout: 8000 });
  await dashboard.row(doomed.name).getByText('Takes requests').waitFor();
  expect(dashboard.strangers).toEqual([]);
  expect(dashboard.complaints).toEqual([]);
  await dashboard.close();
});

it('says that the server is gone, and follows it again once it is back', async () => {
  const other = await Forebay.start({ UPSTREAM_SERVERS: steady.url });
  const dashboard = await Dashboard.open(browser, other.port);
  await dashboard.show();
  await dashboard.live();
  await other.end();
  await dashboard.page.getByRole('alert').getByText('The server does not answer').waitFor();
  await dashboard.page.getByText('Not connected', { exact: true }).waitFor();
  // What was known is still there to be read.
  await dashboard.row(steady.name).getByText('Takes requests').waitFor();
  const again = await Forebay.start({ UPSTREAM_SERVERS: steady.url, PORT: String(other.port) });
  await dashboard.live();
  await dashboard.page.getByRole('alert').waitFor({ state: 'detached' });
  expect(dashboard.complaints).toEqual([]);
  await dashboard.close();
  await again.end();
});
