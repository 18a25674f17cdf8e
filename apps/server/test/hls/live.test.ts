import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { besideControl, playedWell, type Compared } from '../support/hls/beside-control.js';
import { launchBrowser, Player, WELL } from '../support/hls/browser.js';
import { SampleOrigin } from '../support/hls/sample-origin.js';

let origin: SampleOrigin;
let direct: SampleOrigin;
let forebay: Forebay;
let browser: Browser;
beforeAll(async () => {
  // The hundredth round of the ten segments of 1.92 s has just begun: players start before the seam and play over it.
  const epoch = Date.now() - 1001.5 * 1920;
  [origin, direct, browser] = await Promise.all([
    SampleOrigin.start(epoch),
    SampleOrigin.start(epoch),
    launchBrowser(),
  ]);
  forebay = await Forebay.start({ HLS_UPSTREAM_SERVERS: origin.url });
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
  await Promise.all([origin.close(), direct.close()]);
});

/** Seconds. */
const MOST_LATER = 0.7;

const watch = (seconds: number, query: string, wanted?: (compared: Compared) => boolean) =>
  besideControl(
    seconds,
    {
      proxied: () => Player.open(browser, `http://127.0.0.1:${forebay.port}`, query),
      control: () => Player.open(browser, direct.url, query),
    },
    wanted,
  );

describe.concurrent('through the proxy', { timeout: 90_000 }, () => {
  it('hls.js plays live over the seam of a discontinuity', async () => {
    const { proxied } = await watch(7, 'stream=live&engine=hls.js');
    expect(proxied.report).toMatchObject(WELL);
  });

  it("Chromium's own player plays live", async () => {
    const { proxied } = await watch(4, 'stream=live&engine=native');
    expect(proxied.report).toMatchObject(WELL);
  });
});

it(
  `plays LL-HLS with hls.js no more than ${MOST_LATER} s later than without a proxy`,
  { timeout: 90_000 },
  async () => {
    const compared = await watch(
      10,
      'stream=low-latency&engine=hls.js',
      ({ proxied, control }) => playedWell(proxied.report) && proxied.lag - control.lag < MOST_LATER,
    );
    const { proxied, control } = compared;
    expect(proxied.report, JSON.stringify(compared)).toMatchObject(WELL);
    expect(control.lag).toBeGreaterThan(0.5);
    expect(proxied.lag - control.lag, JSON.stringify(compared)).toBeLessThan(MOST_LATER);
  },
);

it('has nothing but playlists fetched from the origin twice', () => {
  expect(origin.served.some(({ target }) => target.includes('_HLS_msn='))).toBe(true);
  expect(origin.repeated()).toEqual([]);
});
