import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small origin of a stream: a playlist of playlists, one of segments and a key, and segments that may be held open. */
export interface StreamOrigin {
  readonly url: string;
  readonly asked: string[];
  close(): Promise<void>;
}

const MASTER = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\n720/index.m3u8\n';
const MEDIA = [
  '#EXTM3U',
  '#EXT-X-TARGETDURATION:4',
  '#EXT-X-MEDIA-SEQUENCE:1',
  '#EXT-X-KEY:METHOD=AES-128,URI="key"',
  '#EXTINF:4,',
  '1.ts',
  '#EXTINF:4,',
  'endless.ts',
  '',
].join('\n');

const bodies: Readonly<Record<string, readonly [type: string, body: string | Buffer]>> = {
  '/live/main.m3u8': ['application/vnd.apple.mpegurl', MASTER],
  '/live/720/index.m3u8': ['application/vnd.apple.mpegurl', MEDIA],
  '/live/720/key': ['application/octet-stream', Buffer.alloc(16, 7)],
  '/live/720/1.ts': ['video/mp2t', Buffer.alloc(200_000, 1)],
};

export const startStreamOrigin = async (): Promise<StreamOrigin> => {
  const asked: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    asked.push(request.url ?? '');
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path === '/live/720/endless.ts') {
      response.writeHead(200, { 'content-type': 'video/mp2t', 'content-length': 10_000_000 });
      response.write(Buffer.alloc(100_000, 2));
      return;
    }
    const [type, body] = bodies[path] ?? [];
    if (type === undefined || body === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
  };
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
