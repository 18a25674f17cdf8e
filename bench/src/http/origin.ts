import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';

/** The one upstream of all servers under test. It knows every key of the form `/{size}/{name}` and counts who asks. */
export interface Origin {
  readonly url: string;
  readonly port: number;
  /** How often a path was asked for. */
  count(path: string): number;
  /** Requests for any key so far, health probes left out. */
  total(): number;
  close(): Promise<void>;
}

export type SizeName = '20k' | '500k' | '2g';
export const SIZES: Readonly<Record<SizeName, number>> = { '20k': 20 * 1024, '500k': 500 * 1024, '2g': 2 * 1024 ** 3 };
/** Keys whose name begins with this take so long to answer, in ms, that all who ask at once find the cache empty. */
export const COLD = { prefix: 'cold', delayMs: 300 } as const;
const CHUNK = 64 * 1024;
const HEADERS = {
  'Accept-Ranges': 'bytes',
  'Cache-Control': 'public, max-age=86400',
  'Last-Modified': 'Mon, 06 Jan 2025 08:00:00 GMT',
};

export async function startOrigin(): Promise<Origin> {
  const counts = new Map<string, number>();
  let total = 0;
  const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    const path = request.url ?? '/';
    const size = sizeOf(path);
    if (size === undefined) {
      response.writeHead(404, { 'Content-Length': 0 }).end();
      return;
    }
    counts.set(path, (counts.get(path) ?? 0) + 1);
    total += 1;
    const answer = (): void => send(response, path, size);
    if (path.includes(`/${COLD.prefix}`)) setTimeout(answer, COLD.delayMs);
    else answer();
  });
  server.listen(0, '127.0.0.1', 4096);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the origin has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    count: (path) => counts.get(path) ?? 0,
    total: () => total,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}

function sizeOf(path: string): number | undefined {
  return new Map<string, number>(Object.entries(SIZES)).get(path.split('/')[1] ?? '');
}

function send(response: ServerResponse, path: string, size: number): void {
  const etag = `"${createHash('sha1').update(path).digest('hex')}"`;
  const type = path.endsWith('.jpg') ? 'image/jpeg' : 'application/octet-stream';
  response.writeHead(200, { ...HEADERS, 'Content-Type': type, 'Content-Length': size, ETag: etag });
  if (size <= SIZES['500k']) response.end(bodyOf(path));
  else sendLong(response, size);
}

/** Random bytes that begin like a JPEG and carry their own name, so that an answer to another key is noticed. */
export function bodyOf(path: string): Buffer {
  const body = Buffer.from(noise.subarray(0, sizeOf(path) ?? 0));
  body.write(path, 16, 'latin1');
  return body;
}

const noise = ((): Buffer => {
  const bytes = Buffer.alloc(SIZES['500k']);
  let state = 0x2545f491;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  bytes.set([0xff, 0xd8, 0xff, 0xe0], 0);
  return bytes;
})();

function sendLong(response: ServerResponse, size: number): void {
  let left = size;
  const push = (): void => {
    while (left > 0) {
      const part = noise.subarray(0, Math.min(CHUNK, left));
      left -= part.length;
      if (!response.write(part)) return void response.once('drain', push);
    }
    response.end();
  };
  push();
}
