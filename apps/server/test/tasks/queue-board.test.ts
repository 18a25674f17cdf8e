import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { launchBrowser } from '../support/hls/browser.js';
import { startRedis } from '../support/redis.js';
import { ended, post } from './ask.js';
import { startStore } from './store.js';

const ends: (() => Promise<unknown>)[] = [];
let node: Forebay;
let browser: Browser;
beforeAll(async () => {
  const redis = await startRedis();
  ends.push(() => redis.stop());
  const store = await startStore();
  ends.push(() => store.close());
  const variables = { USE_REDIS: 'true', REDIS_HOST: '127.0.0.1', REDIS_PORT: String(redis.port) };
  node = await Forebay.start({ UPSTREAM_SERVERS: 'http://127.0.0.1:9', ...store.variables, ...variables });
  ends.push(() => node.end());
  browser = await launchBrowser();
  ends.push(() => browser.close());
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

it('shows tasks in a browser, and asks nobody else for anything', async () => {
  await ended(node, await post(node, 'refresh', { image_key: 'posters/1.png' }));
  const page = await browser.newPage();
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(`http://127.0.0.1:${node.port}/monitor/queues`)) foreign.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`http://127.0.0.1:${node.port}/monitor/queues`);
  await page.getByText('maintenance').first().waitFor();
  await page.goto(`http://127.0.0.1:${node.port}/monitor/queues/queue/quick?status=completed`);
  await page.getByText('posters/1.png').first().waitFor();
  expect(foreign.filter((url) => !url.startsWith('data:'))).toEqual([]);
  expect(complaints).toEqual([]);
});
