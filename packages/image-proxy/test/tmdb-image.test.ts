import { afterEach, expect, it } from 'vitest';
import { createImageProxy } from '@forebay/image-proxy';
import { Origin, sendPicture } from '../../reverse-proxy/test/support/origin.js';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

it('proxies TMDB’s images unless told otherwise: doubled slashes are one, and a query says nothing', async () => {
  const origin = await Origin.start(sendPicture());
  const proxy = createImageProxy({ upstreams: [origin.url] });
  ends.push(
    () => origin.stop(),
    () => proxy.close(),
  );
  const { status } = await proxy.fetch(new Request('http://x/t/p/w500//a.png?v=2'));
  expect(status).toBe(200);
  expect(proxy.name).toBe('tmdb-image');
  expect(origin.requests.map(({ url }) => url)).toEqual(['/t/p/w500/a.png']);
  await proxy.fetch(new Request('http://x//t/p//w500/b.png'));
  expect(origin.requests.at(-1)?.url).toBe('/t/p/w500/b.png');
});
