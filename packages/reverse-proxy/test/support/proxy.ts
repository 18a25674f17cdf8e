import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { createTieredCache, memoryTier, type Tier, type TieredCache } from '@forebay/cache-tiers';
import {
  createReverseProxy,
  imagePreset,
  type AnsweredRequest,
  type Preset,
  type ReverseProxy,
  type ReverseProxyOptions,
  type StoredMeta,
} from '@forebay/reverse-proxy';

/** Pictures whose lifetimes are the operator's. */
const pictures: Preset = { ...imagePreset(), policy: 'override' };

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A proxy behind a real HTTP server: the hit listener first, then the handler, as a server mounts them. */
export class MountedProxy {
  readonly proxy: ReverseProxy;
  readonly cache: TieredCache<StoredMeta>;
  readonly answered: AnsweredRequest[] = [];
  hits = 0;
  readonly #server: Server;

  private constructor(proxy: ReverseProxy, cache: TieredCache<StoredMeta>, server: Server) {
    this.proxy = proxy;
    this.cache = cache;
    this.#server = server;
  }

  static async start(
    options: Omit<ReverseProxyOptions, 'cache' | 'observer'> & {
      readonly tiers?: readonly Tier[];
      readonly sharedCache?: TieredCache<StoredMeta>;
    },
  ): Promise<MountedProxy> {
    const { tiers = [memoryTier({ maxBytes: 64 * 1024 * 1024, headroom: 1024 })], sharedCache, ...rest } = options;
    const cache = sharedCache ?? createTieredCache<StoredMeta>({ tiers });
    const observer = {
      hit: () => {
        mounted.hits += 1;
      },
      answered: (answer: AnsweredRequest) => {
        mounted.answered.push(answer);
      },
    };
    const proxy = createReverseProxy({ preset: pictures, ...rest, cache, observer });
    const server = createServer({ maxHeaderSize: 32 * 1024 }, (incoming, response) => {
      if (!proxy.listener(incoming, response)) void proxy.handle(incoming, response);
    });
    const mounted = new MountedProxy(proxy, cache, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return mounted;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Sends the path exactly as it is written. */
  get(path: string, headers: Record<string, string> = {}, method = 'GET', body?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        { host: '127.0.0.1', port: this.port, path, method, headers, agent: false },
        (response) => {
          collect(response).then(resolve, reject);
        },
      );
      request.on('error', reject);
      request.end(body);
    });
  }

  /** Sends bytes as they are and gives back all that comes until the connection ends. */
  raw(text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write(text));
      let received = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => (received += chunk));
      socket.on('error', () => resolve(received)).on('close', () => resolve(received));
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.proxy.close();
    await this.cache.close();
  }
}

async function collect(response: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Waits, within a bound, until something holds. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
