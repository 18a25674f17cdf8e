import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { Connector } from '@forebay/guard';
import { createAccess, createHlsProxy, createSessions, memorySessionStore } from '@forebay/hls-proxy';
import { memoryCache } from './support/mounted.js';
import { Origin } from './support/origin.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use, once what nobody holds has gone. */
async function inUse(): Promise<number> {
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const HOUR = 3_600_000;
const STREAMS_AN_HOUR = 6;

it('a day of streams, hosts and viewers that come and go leaves nothing behind', async () => {
  let now = 1_800_000_000_000;
  const long = 'x'.repeat(3900);
  const origin = await Origin.start((request, response) => {
    origin.requests.length = 0;
    response.setHeader('connection', 'close');
    const [path = ''] = (request.url ?? '').split('?');
    const number = /\d+/.exec(path)?.[0] ?? '';
    if (!path.endsWith('.m3u8')) return response.end(Buffer.alloc(2000));
    const host = `http://cdn${number}.example`;
    const segments = [`${number}.ts?${long}`, ...[1, 2, 3, 4].map((each) => `${host}/${each}.ts?${long}`)];
    const text = [
      '#EXTM3U\n#EXT-X-TARGETDURATION:2',
      `#EXT-X-KEY:METHOD=AES-128,URI="${number}.key"`,
      ...segments.map((segment) => `#EXTINF:2,\n${segment}`),
      `#EXT-X-RENDITION-REPORT:URI="${host}/${number}.m3u8"\n`,
    ].join('\n');
    return response.end(text);
  });
  // Every name leads to the same origin.
  const connector: Connector = (_options, callback) => {
    const socket = connect(origin.port, '127.0.0.1', () => callback(null, socket));
    socket.once('error', (error) => callback(error, null));
  };
  const clock = (): number => now;
  const store = memorySessionStore();
  const sessions = createSessions({ store, clock, flushInterval: 0 });
  const access = createAccess({ sessions, mount: '/hls/', secrets: ['secret'], clock });
  const cache = memoryCache(2);
  const proxy = createHlsProxy({
    upstreams: { origins: [origin.url, { name: 'mirror', url: origin.url }] },
    access,
    cache,
    connect: connector,
    now: clock,
    lastCopyBytes: 1024 * 1024,
    prefetch: 2,
    tellEdges: (edges) => proxy.heardEdges(edges),
  });
  const ask = async (target: string): Promise<string> => {
    const request = new Request(`http://any.example${target}`, { headers: { 'user-agent': target.slice(0, 40) } });
    return (await proxy.fetch(request, { address: `10.0.${Math.floor(now / HOUR) % 250}.1` })).text();
  };

  const used: number[] = [];
  for (let hour = 0; hour < 24; hour += 1) {
    const streams = Array.from({ length: STREAMS_AN_HOUR }, (_, each) => hour * STREAMS_AN_HOUR + each);
    await Promise.all(
      streams.map(async (stream) => {
        const text = await ask(`/hls/live/${stream}.m3u8`);
        const uris = [...text.matchAll(/^(\/\S+)$|URI="([^"]+)"/gm)].map(([, line, quoted]) => line ?? quoted ?? '');
        expect(uris).toHaveLength(7);
        for (const uri of [...uris.slice(0, 3), ...uris.slice(-1)]) await ask(uri);
        await ask(`/hls/live/none-${stream}.ts`);
      }),
    );
    now += HOUR;
    await sessions.flush();
    if (hour % 4 === 3) used.push(await inUse());
  }
  const [, , noon = 0, , , midnight = 0] = used;
  // What is bounded by number has reached its bounds, or nearly, by noon.
  expect((midnight - noon) / 1e6).toBeLessThan(3);
  expect(proxy.transfers()).toEqual([]);
  await Promise.all([proxy.close(), sessions.close(), cache.close()]);
  await origin.stop();
}, 120_000);
