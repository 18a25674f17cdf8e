import { expect, it } from 'vitest';
import { startMirror } from '../src/mirror.js';
import { type Segment, watch } from '../src/player.js';
import { startProxy } from '../src/proxy.js';

it('plays on while a mirror dies, for whoever has a token', async () => {
  let now = Date.now();
  const mirrors = [await startMirror(() => now), await startMirror(() => now)];
  const proxy = await startProxy(mirrors.map(({ url }) => url));
  const link = proxy.linkFor('ada', '/live/index.m3u8');
  const segments: Segment[] = [];
  await watch(link, 2, (segment) => segments.push(segment));
  await mirrors[0]!.stop();
  now += 10_000;
  await watch(link, 4, (segment) => segments.push(segment));
  expect(segments.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 6 }, () => 200_000));
  expect((await fetch(link.replace('ada', 'eve'))).status).toBe(403);
  expect(await proxy.viewers()).toEqual([expect.stringMatching(/^ada watches \/live\/index\.m3u8: 120\d{4} bytes$/)]);
  await proxy.stop();
  await mirrors[1]!.stop();
});
