import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';
import { launchBrowser, Player, WELL, type Report } from '../support/hls/browser.js';
import { SampleOrigin } from '../support/hls/sample-origin.js';

let origin: SampleOrigin;
let forebay: Forebay;
let browser: Browser;
beforeAll(async () => {
  [origin, browser] = await Promise.all([SampleOrigin.start(), launchBrowser()]);
  forebay = await Forebay.start({ HLS_UPSTREAM_SERVERS: origin.url });
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
  await origin.close();
});

async function play(stream: string, engine: string, more?: (player: Player) => Promise<void>): Promise<Report> {
  const player = await Player.open(browser, `http://127.0.0.1:${forebay.port}`, `stream=${stream}&engine=${engine}`);
  await player.plays(3);
  await more?.(player);
  return player.report();
}

describe.concurrent('hls.js in Chromium plays through the proxy', () => {
  it('MPEG transport stream', async () => expect(await play('transport', 'hls.js')).toMatchObject(WELL));

  it('fMP4 with another sound and with subtitles', async () => {
    const report = await play('vod', 'hls.js', async (player) => {
      await player.showsSubtitles();
      await player.page.locator('#sound').selectOption({ label: 'low' });
      await player.until(
        () => origin.served.some(({ target }) => target === '/vod/low/init.mp4'),
        'waited for the sound',
      );
      await player.plays(1);
    });
    expect(report).toMatchObject(WELL);
  });

  it('AES-128 with a key that changes', async () => expect(await play('encrypted', 'hls.js')).toMatchObject(WELL));

  it('byte ranges of one file', async () => expect(await play('byte-ranges', 'hls.js')).toMatchObject(WELL));

  it('variables of its own, of its parent and of the query', async () =>
    expect(await play('defined', 'hls.js')).toMatchObject(WELL));
});

it('has hls.js fetch nothing from the origin twice', () => {
  expect(origin.served.length).toBeGreaterThan(50);
  expect(origin.repeated()).toEqual([]);
});

describe.concurrent("Chromium's own player plays through the proxy", () => {
  it.each(['transport', 'vod', 'encrypted', 'byte-ranges'])('%s', async (stream) =>
    expect(await play(stream, 'native')).toMatchObject(WELL),
  );
});

it("has nothing fetched from the origin twice for Chromium's own player", () => {
  // Of byte ranges it asks for the whole file from its first byte on, and goes away: what was on its way is let go of.
  expect(origin.repeated().filter((what) => !what.startsWith('/byte-ranges/'))).toEqual([]);
});
