import { Pool, ProxyAgent } from 'undici';
import { proxyFor } from './no-proxy.js';
import type { OriginOptions, RateLimit, Settings, Transport } from './options.js';
import { Slots } from './slots.js';
import { TokenBucket } from './token-bucket.js';

/** Connections of one origin at a moment. */
export interface PoolStatus {
  readonly connected: number;
  /** Requests that wait for a connection. */
  readonly pending: number;
  readonly running: number;
}

/** One origin: where it is, its connections and its rate limit. */
export class Origin {
  readonly name: string;
  readonly url: URL;
  /** Scheme, host and port. */
  readonly base: string;
  /** Without a trailing slash; empty for none. */
  readonly basePath: string;
  readonly weight: number;
  readonly priority: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly pool: ReturnType<Transport>;
  readonly bucket: TokenBucket | undefined;
  /** Its connections, one request each; undici's own queue is no place to wait, since nobody can leave it. */
  readonly slots: Slots;

  /** @throws TypeError for a URL that is not `http:` or `https:` */
  constructor(given: string | OriginOptions, settings: Settings) {
    const options: OriginOptions = typeof given === 'string' ? { url: given } : given;
    this.url = originUrl(options.url);
    this.base = this.url.origin;
    this.name = options.name ?? this.url.host;
    this.basePath = this.url.pathname.replace(/\/+$/, '');
    this.weight = options.weight ?? 1;
    this.priority = options.priority ?? 1;
    this.headers = ownHeaders(this.url, options.headers ?? {});
    const connections = options.connections ?? settings.connections;
    this.slots = new Slots(connections);
    const limit: RateLimit | undefined = options.rateLimit ?? settings.rateLimit;
    this.bucket = limit === undefined ? undefined : new TokenBucket(limit, () => performance.now());
    this.pool = makePool(this.url, options, connections, settings);
  }

  poolStatus(): PoolStatus {
    const connected = this.pool.stats?.connected ?? this.slots.taken;
    return { connected, pending: this.slots.waiting, running: this.slots.taken };
  }
}

/** Its own request headers; a name and password in its URL become what they mean. */
function ownHeaders({ username, password }: URL, given: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  if (username !== '') {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.set('authorization', `Basic ${Buffer.from(pair).toString('base64')}`);
  }
  for (const [name, value] of Object.entries(given)) headers.set(name.toLowerCase(), value);
  return headers;
}

function originUrl(given: string | URL): URL {
  const text = String(given);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new TypeError(`origins must be http: or https: URLs, not ${url?.origin ?? text}`);
  }
  return url;
}

/** undici options that direct and proxied pools share. Time-outs for heads and bodies come with each request. */
export function poolOptions(settings: Settings, http2: boolean): Pool.Options {
  const { connect, connectTimeout, keepAliveTimeout } = settings;
  return {
    keepAliveTimeout,
    connectTimeout,
    allowH2: http2,
    connect: typeof connect === 'function' ? connect : { timeout: connectTimeout, ...connect },
  };
}

function makePool(url: URL, options: OriginOptions, connections: number, settings: Settings): ReturnType<Transport> {
  const http2 = options.http2 ?? settings.http2;
  const common = { ...poolOptions(settings, http2), connections };
  const proxy = options.proxy === false ? undefined : (options.proxy ?? proxyFor(url, settings.proxy));
  if (proxy === undefined) return http2 ? new Pool(url.origin, common) : settings.transport(url.origin, common);
  const { connect, ...proxied } = common;
  const requestTls = typeof connect === 'object' ? connect : {};
  // Proxies expect plain HTTP in absolute form and allow tunnels to TLS ports only.
  return new ProxyAgent({ ...proxied, requestTls, uri: proxy, proxyTunnel: url.protocol === 'https:' });
}
