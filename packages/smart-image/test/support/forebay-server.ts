import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { plainPicture } from './plain-picture.js';

/** What becomes of a request for a picture: what kind it is, and of which key. */
export interface Asked {
  readonly kind: 'redirect' | 'refresh' | 'proxy' | 'direct' | 'lookup' | 'fallback' | 'other';
  readonly key: string;
  /** Keys of a look-up. */
  readonly keys: readonly string[];
}

export type Verdict = 'answer' | 'refuse' | 'cut' | Promise<unknown>;

/**
 * A Forebay server and its object store, as far as a page sees them, over real HTTP on two ports. URLs are signed by a
 * number; the store refuses numbers that were revoked.
 */
export interface ForebayServer {
  readonly url: string;
  readonly asked: Asked[];
  /** Decides about each request; answers all by default. */
  judge: (asked: Asked) => Verdict;
  /** Pages of a test's own. */
  readonly pages: Map<string, { readonly type: string; readonly body: string }>;
  reset(): void;
  close(): Promise<void>;
}

export async function startForebay(): Promise<ForebayServer> {
  const asked: Asked[] = [];
  const pages: ForebayServer['pages'] = new Map();
  let signature = 0;
  const self: Pick<ForebayServer, 'judge'> = { judge: () => 'answer' };

  const handle = (what: Asked, response: ServerResponse, answer: () => void): void => {
    asked.push(what);
    const verdict = self.judge(what);
    if (verdict === 'cut') response.destroy();
    else if (verdict === 'refuse') response.writeHead(403, { 'Cache-Control': 'no-store' }).end('no');
    else if (verdict === 'answer') answer();
    else void verdict.then(answer);
  };

  const store = createServer((request, response) => {
    const key = decodeURIComponent(pathOf(request).slice('/store/'.length));
    handle({ kind: 'direct', key, keys: [] }, response, () => sendPicture(response, key));
  });
  const storeUrl = await listen(store);
  const sign = (key: string): string => {
    signature += 1;
    return `${storeUrl}/store/${encodeURIComponent(key)}?signature=${signature}`;
  };

  const api = createServer((request, response) => {
    const path = pathOf(request);
    const query = new URL(request.url ?? '/', 'http://localhost').searchParams;
    const page = pages.get(path);
    if (page !== undefined) {
      response.writeHead(200, { 'Content-Type': page.type, 'Cache-Control': 'no-store' }).end(page.body);
    } else if (path.startsWith('/api/v1/images/')) {
      const key = decodeURIComponent(path.slice('/api/v1/images/'.length));
      const kind = query.get('mode') === 'proxy' ? 'proxy' : query.get('refresh') === 'true' ? 'refresh' : 'redirect';
      handle({ kind, key, keys: [] }, response, () => {
        if (kind === 'proxy') sendPicture(response, key);
        else response.writeHead(302, { Location: sign(key), 'Cache-Control': 'private, max-age=60' }).end();
      });
    } else if (path === '/api/v1/image-urls') {
      void readJson(request).then(({ image_keys: keys }) => {
        const expires_at = new Date(Date.now() + 3_600_000).toISOString();
        const urls = Object.fromEntries(keys.map((key) => [key, { url: sign(key), expires_at }]));
        handle({ kind: 'lookup', key: '', keys }, response, () => {
          response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ urls, errors: {} }));
        });
      });
    } else if (path === '/fallback.svg') {
      handle({ kind: 'fallback', key: '', keys: [] }, response, () => sendPicture(response, 'fallback'));
    } else {
      response.writeHead(404).end();
    }
  });
  const url = await listen(api);

  return {
    url,
    asked,
    pages,
    get judge() {
      return self.judge;
    },
    set judge(judge) {
      self.judge = judge;
    },
    reset() {
      asked.length = 0;
      self.judge = () => 'answer';
    },
    close: async () => {
      await Promise.all([stop(api), stop(store)]);
    },
  };
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?')[0] ?? '/';

async function readJson(request: IncomingMessage): Promise<{ image_keys: string[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as { image_keys: string[] };
}

const colours = Array.from({ length: 24 }, (_, hue) => plainPicture([hue * 10, 120, 240 - hue * 10]));

/** A key has always the same colour. */
function sendPicture(response: ServerResponse, key: string): void {
  const sum = Buffer.from(key).reduce((total, byte) => total + byte, 0);
  const picture = colours[sum % colours.length];
  response.writeHead(200, { 'Content-Type': 'image/png', 'Cache-Control': 'no-store' }).end(picture);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
