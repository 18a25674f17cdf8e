import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An origin of a small live stream, a new segment of which there is every two seconds. */
export interface Mirror {
  readonly url: string;
  stop(): Promise<void>;
}

const SECONDS = 2;
const WINDOW = 4;

export async function startMirror(clock: () => number = Date.now): Promise<Mirror> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://mirror.invalid');
    if (pathname === '/live/index.m3u8') {
      const newest = Math.floor(clock() / 1000 / SECONDS);
      response.setHeader('content-type', 'application/vnd.apple.mpegurl').end(playlist(newest - WINDOW + 1));
    } else if (/^\/live\/\d+\.ts$/.test(pathname)) {
      response.setHeader('content-type', 'video/mp2t').end(Buffer.alloc(200_000, pathname));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => stop(server) };
}

function playlist(oldest: number): string {
  const segments = Array.from({ length: WINDOW }, (_, index) => `#EXTINF:${SECONDS},\n${oldest + index}.ts\n`);
  return `#EXTM3U\n#EXT-X-TARGETDURATION:${SECONDS}\n#EXT-X-MEDIA-SEQUENCE:${oldest}\n${segments.join('')}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
