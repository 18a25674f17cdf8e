import { afterAll, beforeAll, expect, it } from 'vitest';
import { SampleOrigin } from '../../support/hls/sample-origin.js';

const PART = 320;
let origin: SampleOrigin;
beforeAll(async () => {
  // A part was made just now, the third of segment 100.
  origin = await SampleOrigin.start(Date.now() - 603 * PART);
});
afterAll(() => origin.close());

const ask = (path: string, init?: RequestInit) => fetch(origin.url + path, init);

it('answers conditions and single ranges under one strong tag for all mirrors', async () => {
  const mirror = await SampleOrigin.start();
  const whole = await ask('/vod/720p/3.m4s');
  const bytes = Buffer.from(await whole.arrayBuffer());
  const etag = whole.headers.get('etag')!;
  expect(etag).toMatch(/^"/);
  expect((await fetch(`${mirror.url}/vod/720p/3.m4s`, { method: 'HEAD' })).headers.get('etag')).toBe(etag);
  expect((await ask('/vod/720p/3.m4s', { headers: { 'if-none-match': etag } })).status).toBe(304);
  const part = await ask('/vod/720p/3.m4s', { headers: { range: 'bytes=100-199', 'if-range': etag } });
  expect(part.headers.get('content-range')).toBe(`bytes 100-199/${bytes.length}`);
  expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(100, 200));
  expect((await ask('/vod/720p/3.m4s', { headers: { range: `bytes=${bytes.length}-` } })).status).toBe(416);
  await mirror.close();
});

it('holds a blocking reload, and a part that was hinted at, until they are there', async () => {
  const begin = Date.now();
  const next = (await (await ask('/low-latency/360p.m3u8')).text()).match(/HINT:TYPE=PART,URI="([^"]+)"/)![1]!;
  const [, segment, part] = /\/(\d+)\.(\d)\.m4s$/.exec(next)!;
  const [list, bytes] = await Promise.all([
    ask(`/low-latency/360p.m3u8?_HLS_msn=${segment}&_HLS_part=${part}`).then((answer) => answer.text()),
    ask(`/low-latency/${next}`).then((answer) => answer.arrayBuffer()),
  ]);
  expect(list).toContain(`#EXT-X-PART:DURATION=0.32000,URI="${next}"`);
  expect(bytes.byteLength).toBeGreaterThan(100);
  expect(Date.now() - begin).toBeLessThan(20 * PART);
});

it('refuses what makes no sense', async () => {
  expect((await ask('/low-latency/360p.m3u8?_HLS_msn=999999')).status).toBe(400);
  expect((await ask('/vod/nothing.m3u8')).status).toBe(404);
  const posted = await ask('/vod/main.m3u8', { method: 'POST' });
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});
