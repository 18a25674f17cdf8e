import { createHash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createHlsOrigin, loadSampleMedia } from '../../src/sample/hls/index.js';
import type { Resource } from '../../src/sample/hls/stream.js';
import { Forebay } from '../support/forebay.js';
import { besideControl } from '../support/hls/beside-control.js';
import { launchBrowser, Player, WELL } from '../support/hls/browser.js';
import { Mirrors } from '../support/hls/mirrors.js';
import { SampleOrigin } from '../support/hls/sample-origin.js';

let mirrors: Mirrors;
let direct: SampleOrigin;
let forebay: Forebay;
let browser: Browser;
beforeAll(async () => {
  [mirrors, direct, browser] = await Promise.all([Mirrors.start(), SampleOrigin.start(), launchBrowser()]);
  forebay = await Forebay.start({
    HLS_UPSTREAM_SERVERS: mirrors.urls.join(','),
    // They are to be asked again and again, rather than be left alone after three deaths.
    MAX_ERRORS_BEFORE_UNHEALTHY: '1000',
  });
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
  await Promise.all([mirrors.close(), direct.close()]);
});

const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

it(
  'plays live without a stall, and byte for byte, while mirrors are killed in the middle of segment after segment',
  { timeout: 90_000 },
  async () => {
    mirrors.killAgainAndAgain();
    const query = 'stream=live&engine=hls.js';
    const received = new Map<string, Promise<Buffer>>();
    const bodies: [path: string, body: Buffer][] = [];
    const { proxied } = await besideControl(10, {
      control: () => Player.open(browser, direct.url, query),
      proxied: async () => {
        const player = await Player.open(browser, `http://127.0.0.1:${forebay.port}`, query);
        player.page.on('response', (response) => {
          const { pathname } = new URL(response.url());
          if (pathname.endsWith('.ts')) received.set(pathname.replace('/hls', ''), response.body());
        });
        return player;
      },
      beforeItCloses: async () => {
        for (const [path, body] of received) bodies.push([path, await body]);
        received.clear();
      },
    });
    expect(proxied.report).toMatchObject(WELL);
    expect(mirrors.deaths).toBeGreaterThan(2);
    expect(mirrors.asked.filter(({ range }) => /^bytes=[1-9]/.test(range)).length).toBeGreaterThanOrEqual(
      mirrors.deaths,
    );
    expect(bodies.length).toBeGreaterThan(4);
    const origin = createHlsOrigin(await loadSampleMedia());
    for (const [path, body] of bodies) {
      const original = origin(path, new URLSearchParams(), Date.now());
      expect({ path, sum: sum(body) }).toEqual({ path, sum: sum((original as Resource).body) });
    }
  },
);
