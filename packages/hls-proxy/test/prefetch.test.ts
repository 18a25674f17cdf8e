import { afterEach, describe, expect, it } from 'vitest';
import type { HlsProxyOptions } from '@forebay/hls-proxy';
import { memoryCache, Mounted, until } from './support/mounted.js';
import { files, live, Origin } from './support/origin.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function mount(more: Partial<HlsProxyOptions>): Promise<{ upstream: Origin; proxy: Mounted }> {
  const segments = Object.fromEntries([1, 2, 3].map((number) => [`/seg${number}.ts`, `segment ${number}`]));
  const upstream = await Origin.start(files({ '/a.m3u8': live(1), ...segments }));
  const proxy = await Mounted.start({ upstreams: [upstream.url], cache: memoryCache(), ...more });
  ends.push(
    () => upstream.stop(),
    () => proxy.stop(),
  );
  await proxy.get('/hls/a.m3u8');
  return { upstream, proxy };
}

describe('fetching ahead', () => {
  it('has the next segment come while its player has the one before', async () => {
    const { upstream, proxy } = await mount({ prefetch: 2 });
    await proxy.get('/hls/seg1.ts?k=segment');
    await until(() => upstream.asked.includes('/seg2.ts'), 'the next one is asked for');
    await until(() => proxy.answered.length >= 3, 'it is there');
    const next = await proxy.get('/hls/seg2.ts?k=segment');
    expect([next.text, next.headers['x-cache']]).toEqual(['segment 2', 'HIT']);
    await until(() => upstream.asked.includes('/seg3.ts'), 'a hit looks ahead as well');
    expect(upstream.asked).toEqual(['/a.m3u8', '/seg1.ts', '/seg2.ts', '/seg3.ts']);
  });

  it('fetches the one that the player names, if the playlist has it, and nothing that it has not', async () => {
    const { upstream, proxy } = await mount({ prefetch: 2 });
    const named = encodeURIComponent(`nor="${encodeURIComponent('seg3.ts')}"`);
    await proxy.get(`/hls/seg1.ts?k=segment&CMCD=${named}`);
    await until(() => upstream.asked.includes('/seg3.ts'), 'the named one is asked for');
    await proxy.get('/hls/seg3.ts?k=segment', { 'cmcd-request': 'nor="..%2Fsecret.ts"' });
    expect(upstream.asked.filter((url) => !/^\/seg[123]\.ts|^\/a\.m3u8/.test(url))).toEqual([]);
  });

  it('is off unless it is asked for', async () => {
    const { upstream, proxy } = await mount({});
    await proxy.get('/hls/seg1.ts?k=segment');
    await proxy.get('/hls/seg1.ts?k=segment');
    expect(upstream.asked).toEqual(['/a.m3u8', '/seg1.ts']);
  });
});
