import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';

/** A mirror of a live stream, which is as far as it is set. */
class Mirror {
  sequence = 1;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/vnd.apple.mpegurl');
      response.end(
        `#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXT-X-MEDIA-SEQUENCE:${this.sequence}\n#EXTINF:20,\n${this.sequence}.ts\n`,
      );
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const mirrors = [new Mirror(), new Mirror()];
let forebay: Forebay;
beforeAll(async () => {
  const urls = await Promise.all(mirrors.map((mirror) => mirror.listen()));
  forebay = await Forebay.start({
    NUM_WORKERS: '2',
    HLS_UPSTREAM_SERVERS: urls.join(),
    HEALTH_CHECK_INTERVAL: '60000',
  });
});
afterAll(async () => {
  await forebay.end();
  for (const mirror of mirrors) mirror.close();
});

/** Over a new connection each, so that now one worker answers and now the other. */
const sequence = async (): Promise<number> => {
  const { body } = await forebay.ask('/hls/live.m3u8');
  return Number(/MEDIA-SEQUENCE:(\d+)/.exec(body.toString())?.[1]);
};

it('never leads a viewer back in time, whichever worker answers', async () => {
  const [ahead] = mirrors;
  for (let turn = 0; turn < 20; turn += 1) expect(await sequence()).toBe(1);
  if (ahead !== undefined) ahead.sequence = 2;
  while ((await sequence()) === 1);
  // One worker has seen it; the other hears of it before any player would come back.
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let turn = 0; turn < 30; turn += 1) expect(await sequence()).toBe(2);
});
