import { createSmartImage, ImageGrid, SmartImage } from '@forebay/smart-image';
import type { Browser } from 'playwright-core';
import { createSSRApp, h } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle, launch, open, servePage } from '../support/browser.js';
import { type ForebayServer, startForebay } from '../support/forebay-server.js';
import type { TestPage } from '../support/page.js';

declare const testPage: TestPage;

const rendered = (render: () => unknown, options = {}): Promise<string> => {
  const app = createSSRApp(() => h('div', render() as never));
  return renderToString(app.use(createSmartImage(options)));
};

describe('server rendering', () => {
  it('gives HTML that shows pictures without a script', async () => {
    const html = await rendered(
      () => [
        h(SmartImage, {
          imageKey: 'a b.png',
          alt: 'A "picture"',
          width: 80,
          height: 40,
          placeholder: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
        }),
        h(SmartImage, { src: '/plain.png', alt: '', preview: true, class: 'mine', crossorigin: 'anonymous' }),
        h(SmartImage, { imageKey: '..', alt: 'Bad' }),
      ],
      { lookup: true },
    );
    expect(html).toContain('src="/api/v1/images/a%20b.png"');
    expect(html).toContain('alt="A &quot;picture&quot;"');
    expect(html).toMatch(
      /<span class="forebay-image" data-state="initial" style="width:80px;aspect-ratio:80 \/ 40;background-color:rgb/,
    );
    expect(html).toMatch(
      /<span class="forebay-image mine"[^>]*><!----><button[^>]*aria-label="Enlarge picture"[^>]*><img[^>]*crossorigin="anonymous"/,
    );
    expect(html).toContain('aria-label="Bad (picture not available)"');
    expect(html).not.toContain('data:image');
  });

  it('renders the first rows of a grid', async () => {
    const items = Array.from({ length: 5000 }, (_, index) => ({ imageKey: `${index}.png`, alt: `Picture ${index}` }));
    const html = await rendered(() => [h(ImageGrid, { items, label: 'Pictures' })]);
    const cells = html.match(/role="gridcell"/g)?.length ?? 0;
    expect(cells).toBeGreaterThan(10);
    expect(cells).toBeLessThan(60);
    expect(html).toContain('src="/api/v1/images/0.png"');
  });
});

describe('taking over what a server rendered', () => {
  let browser: Browser;
  let server: ForebayServer;
  let script: string;

  beforeAll(async () => {
    server = await startForebay();
    script = await bundle();
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(() => server.reset());

  it('notices what has loaded and what has failed before, and mends it, without a warning', async () => {
    const list = [
      { imageKey: 'good', alt: 'Good', placeholder: '1QcSHQRnh493V4dIh4eXh1h4kJUI', width: 80, height: 80 },
      { imageKey: 'bad', alt: 'Bad', preview: true },
      { src: '/nowhere.png', alt: 'Gone', loading: 'eager' as const },
    ];
    server.judge = ({ kind, key }) => (key === 'bad' && kind === 'redirect' ? 'refuse' : 'answer');
    await servePage(server, script, await rendered(() => list.map((props) => h(SmartImage, props))));
    const { page, complaints } = await open(browser, server);
    await page.waitForFunction(() => [...document.images].every((image) => image.complete));
    expect(await page.locator('[data-state=initial]').count()).toBe(3);
    await page.evaluate((list) => testPage.hydrateImages(list), list);
    await page.waitForFunction(() => document.querySelectorAll('[data-state=loaded]').length === 2);
    await page.waitForSelector('[data-state=failed]');
    const told = await page.evaluate(() => testPage.told);
    expect(told).toContain('load redirect');
    expect(told).toContain('load refresh');
    expect(told).toContain('error FOREBAY_IMAGE_FAILED');
    // What was there already is not loaded again.
    expect(server.asked.filter(({ key, kind }) => key === 'good' && kind === 'direct')).toHaveLength(1);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('takes over a grid, whatever the size of the window', async () => {
    const items = Array.from({ length: 500 }, (_, index) => ({ imageKey: `${index}.png`, alt: `Picture ${index}` }));
    await servePage(server, script, await rendered(() => [h(ImageGrid, { items, label: 'Pictures' })]));
    const { page, complaints } = await open(browser, server);
    await page.evaluate((items) => testPage.hydrateGrid(items), items);
    await page.waitForFunction(() => document.querySelector('[role=grid]')?.getAttribute('aria-colcount') === '6');
    await page.waitForFunction(() => document.querySelectorAll('[data-state=loaded]').length > 20);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
