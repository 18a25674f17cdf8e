import { Agent, createServer, type IncomingHttpHeaders, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHlsProxy, type HlsProxy, type HlsProxyOptions } from '@forebay/hls-proxy';
import { createTieredCache, memoryTier, type TieredCache } from '@forebay/cache-tiers';
import type { AnsweredRequest, StoredMeta } from '@forebay/reverse-proxy';
import { openAccess } from './open-access.js';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** A proxy behind a real HTTP server: the listener first, then the handler, as a server mounts them. */
export class Mounted {
  readonly proxy: HlsProxy;
  readonly answered: AnsweredRequest[] = [];
  hits = 0;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: Infinity });

  private constructor(options: Omit<HlsProxyOptions, 'access'> & Partial<HlsProxyOptions>) {
    const observer = {
      hit: () => {
        this.hits += 1;
      },
      answered: (answer: AnsweredRequest) => {
        this.answered.push(answer);
      },
    };
    this.proxy = createHlsProxy({ access: openAccess(), observer, ...options });
    this.#server = createServer((incoming, response) => {
      if (!this.proxy.listener(incoming, response)) void this.proxy.handle(incoming, response);
    });
  }

  static async start(options: Omit<HlsProxyOptions, 'access'> & Partial<HlsProxyOptions>): Promise<Mounted> {
    const mounted = new Mounted(options);
    await new Promise<void>((resolve) => mounted.#server.listen(0, '127.0.0.1', resolve));
    return mounted;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sends the path exactly as it is written. */
  get(
    path: string,
    headers: Record<string, string> = {},
    { method = 'GET', signal }: { readonly method?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Reply> {
    const { port } = this;
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path, method, headers, agent: this.#agent, ...(signal && { signal }) };
      const request = httpRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString() });
        });
      });
      request.on('error', reject);
      request.end();
    });
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.proxy.close();
  }
}

/** Waits, within a bound, until something holds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 12_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Keeps what may be kept in memory. */
export function memoryCache(megabytes = 64): TieredCache<StoredMeta> {
  return createTieredCache<StoredMeta>({ tiers: [memoryTier({ maxBytes: megabytes * 1024 * 1024, headroom: 1024 })] });
}
