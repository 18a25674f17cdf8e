import { createSessions, memorySessionStore } from '@forebay/hls-proxy';
import { expect, it } from 'vitest';

const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

it.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36`, 'browser', 'chrome'],
  [
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`,
    'browser',
    'edge',
  ],
  [`Mozilla/5.0 (Windows NT 10.0) ${WEBKIT} Chrome/128.0.0.0 Safari/537.36 OPR/114.0.0.0`, 'browser', 'opera'],
  [
    `Mozilla/5.0 (Linux; Android 14) ${WEBKIT} SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36`,
    'browser',
    'samsung',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'browser', 'firefox'],
  [
    'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    'browser',
    'safari',
  ],
  [
    'Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1',
    'browser',
    'chrome',
  ],
  ['AppleCoreMedia/1.0.0.21F90 (iPhone; U; CPU OS 17_5_1 like Mac OS X; en_us)', 'apple', null],
  ['ExoPlayerLib/2.19.1', 'exoplayer', null],
  ['MyApp/1.0 (Linux;Android 14) AndroidXMedia3/1.4.1', 'exoplayer', null],
  ['VLC/3.0.21 LibVLC/3.0.21', 'vlc', null],
  ['Lavf/61.7.100', 'ffmpeg', null],
  ['mpv 0.38.0', 'mpv', null],
  ['Kodi/21.0 (X11; Linux x86_64) App_Bitness/64', 'kodi', null],
  ['curl/8.5.0', 'command-line', null],
  ['Something else', 'unknown', null],
  [undefined, 'unknown', null],
])('%s is of the family %s, %s', async (userAgent, player, browser) => {
  const store = memorySessionStore();
  const sessions = createSessions({ store, flushInterval: 0 });
  const viewer = { uid: undefined, address: '', stream: '/', allowedBy: undefined, expiresAt: undefined };
  const { id } = await sessions.open({ ...viewer, userAgent, cmcd: undefined });
  const found = await store.find({ id, now: Date.now(), idle: 1000 });
  expect(found).toMatchObject({ player, browser: browser ?? undefined });
  await sessions.close();
});
