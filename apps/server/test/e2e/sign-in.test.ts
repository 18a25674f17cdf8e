import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { launchBrowser } from '../support/hls/browser.js';

let browser: Browser;
let forebay: Forebay;
beforeAll(async () => {
  forebay = await Forebay.start({ UPSTREAM_SERVERS: 'http://127.0.0.1:9', API_KEY: 'correct horse' });
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await forebay.end();
});

describe('somebody who opens the reference in a browser', () => {
  it('is asked for the key once, and then reads it; nothing leaves the host or breaks the policy', async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    const asked: string[] = [];
    const complaints: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('console', (message) => {
      if (/policy|refused to/i.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));

    await page.goto(`http://127.0.0.1:${forebay.port}/docs`);
    await page.getByLabel('API key').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('this is not the API key').waitFor();
    await page.getByLabel('API key').fill('correct horse');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'API reference' }).waitFor();
    await page.getByRole('link', { name: 'CacheInfo' }).first().click();
    expect(new URL(page.url()).hash).toBe('#schema-CacheInfo');

    expect(await page.evaluate('document.cookie')).toBe('');
    const live = `new Promise((resolve, reject) => {
      const source = new EventSource('/api/v1/events');
      source.addEventListener('overview', (event) => { source.close(); resolve(JSON.parse(event.data).version); });
      source.addEventListener('error', () => reject(new Error('no events')));
    })`;
    // The page may not listen, but the browser that signed in may.
    const other = await context.newPage();
    await other.goto(`http://127.0.0.1:${forebay.port}/health`);
    expect(await other.evaluate(live)).toBeTypeOf('string');

    for (const url of asked) expect(url).toContain(`http://127.0.0.1:${forebay.port}/`);
    expect(complaints).toEqual([]);
  });
});
