import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
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

const open = (query: string, base = `http://127.0.0.1:${forebay.port}`) => Player.open(browser, base, query);

const latencyOf = async (player: Player) => Number.parseFloat((await player.look()).rows['latency'] ?? '');

// Another try for a machine that runs many tests at once, and halts for longer than the players have buffered.
describe.concurrent('through the proxy', { retry: 1 }, () => {
  it('hls.js plays live over the seam of a discontinuity', async () => {
    const player = await open('stream=live&engine=hls.js');
    await player.plays(7);
    expect(await player.report()).toMatchObject(WELL);
  });

  it("Chromium's own player plays live", async () => {
    const player = await open('stream=live&engine=native');
    await player.plays(4);
    expect(await player.report()).toMatchObject(WELL);
  });
});

describe('LL-HLS', { retry: 2 }, () => {
  it('is played by hls.js no more than 0.7 s later than without a proxy', async () => {
    const proxied = await open('stream=low-latency&engine=hls.js');
    const straight = await open('stream=low-latency&engine=hls.js', direct.url);
    await Promise.all([proxied.plays(5), straight.plays(5)]);
    const [later, sooner] = await Promise.all([latencyOf(proxied), latencyOf(straight)]);
    const [report, control] = await Promise.all([proxied.report(), straight.report()]);
    expect(report, JSON.stringify({ later, sooner, control })).toMatchObject(WELL);
    expect(sooner).toBeGreaterThan(0.5);
    expect(later - sooner, JSON.stringify({ later, sooner, report, control })).toBeLessThan(0.7);
  });
});

it('has nothing but playlists fetched from the origin twice', () => {
  expect(origin.served.some(({ target }) => target.includes('_HLS_msn='))).toBe(true);
  expect(origin.repeated()).toEqual([]);
});
