import { createHmac } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Forebay } from '../support/forebay.js';
import { besideControl } from '../support/hls/beside-control.js';
import { launchBrowser, Player, WELL } from '../support/hls/browser.js';
import { SampleOrigin } from '../support/hls/sample-origin.js';

const SECRET = 'a secret of at least thirty-two characters';
let origin: SampleOrigin;
let direct: SampleOrigin;
let forebay: Forebay;
let browser: Browser;
beforeAll(async () => {
  [origin, direct, browser] = await Promise.all([SampleOrigin.start(), SampleOrigin.start(), launchBrowser()]);
  forebay = await Forebay.start({ HLS_UPSTREAM_SERVERS: origin.url, HLS_SECRET_KEY: SECRET });
});
afterAll(async () => {
  await browser.close();
  await forebay.end();
  await Promise.all([origin.close(), direct.close()]);
});

/** A viewer's URL, as whoever runs the site makes it. */
function signed(path: string, uid: string): string {
  const expires = Math.floor(Date.now() / 1000) + 60;
  const token = createHmac('sha256', SECRET).update(`${uid}:${path}:${expires}`).digest('base64url');
  return `/hls${path}?uid=${uid}&expires=${expires}&token=${token}`;
}

const open = (path: string, engine: string, uid: string) =>
  Player.open(
    browser,
    `http://127.0.0.1:${forebay.port}`,
    `engine=${engine}&url=${encodeURIComponent(signed(path, uid))}`,
  );

const sessionsOf = async (uid: string) =>
  ((await forebay.ask('/api/v1/hls/sessions')).json()['sessions'] as { uid: string; bytes: number }[]).filter(
    (session) => session.uid === uid,
  );

describe.concurrent('with a token for its playlist alone, a player gets', () => {
  it.each(['hls.js', 'native'])('all that it names, keys included (%s)', async (engine) => {
    const player = await open('/encrypted/main.m3u8', engine, `keys-${engine}`);
    await player.plays(3);
    expect(await player.report()).toMatchObject(WELL);
    const [session, ...more] = await eventually(
      () => sessionsOf(`keys-${engine}`),
      ([first]) => (first?.bytes ?? 0) > 100_000,
      'its bytes were counted',
    );
    expect(session).toMatchObject({ stream: '/encrypted/main.m3u8', address: '127.0.0.1' });
    expect(more).toEqual([]);
  });

  it('live playlists again and again', { timeout: 90_000 }, async () => {
    const { proxied } = await besideControl(6, {
      proxied: () => open('/live/main.m3u8', 'hls.js', 'live'),
      control: () => Player.open(browser, direct.url, 'engine=hls.js&stream=live'),
    });
    expect(proxied.report).toMatchObject(WELL);
  });
});

it('shows no token to the origin', () => {
  expect(origin.served.length).toBeGreaterThan(10);
  expect(origin.served.filter(({ target }) => /token|uid|expires|fb=/.test(target))).toEqual([]);
});
