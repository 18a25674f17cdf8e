import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { setTimeout as later } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTieredCache, memoryTier } from '@forebay/cache-tiers';
import {
  createSignedImages,
  s3Presigner,
  type SignedImages,
  type SignedImagesOptions,
} from '@forebay/image-proxy/signed-images';
import type { AnsweredRequest, StoredMeta } from '@forebay/reverse-proxy';

const HOUR = 3_600_000;
const MOUNT = '/api/v1/images/';
const SECRET = 'the-secret';
const PICTURE = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(5000, 7)]);

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

let servers: Server[];
let images: SignedImages;
let port: number;
let now: number;
let store: {
  readonly url: string;
  readonly asked: { method: string; url: string }[];
  /** How many were made. */
  readonly connections: () => number;
};
/** What the store does with a request. */
let script: (request: IncomingMessage, response: ServerResponse) => void;
let answered: AnsweredRequest[];
let hits: number;

async function listen(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const sendPicture = (_request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(200, {
    'content-type': 'image/png',
    'content-length': PICTURE.length,
    etag: '"one"',
    'x-amz-request-id': 'of the store',
  });
  response.end(PICTURE);
};
/** As S3 words it, the signature repeated. */
const refuse = (request: IncomingMessage, response: ServerResponse): void => {
  response.writeHead(403, { 'content-type': 'application/xml' });
  response.end(`<Error><StringToSign>${request.url}</StringToSign></Error>`);
};

function make(options: Partial<SignedImagesOptions> = {}): SignedImages {
  return createSignedImages({
    mount: MOUNT,
    clock: { now: () => now },
    presign: s3Presigner({
      endpoint: store.url,
      bucket: 'pictures',
      credentials: { accessKeyId: 'AKID', secretAccessKey: SECRET },
      pathStyle: true,
    }),
    proxy: {
      ...(options.presign === undefined ? {} : { origin: store.url }),
      cache: createTieredCache<StoredMeta>({ tiers: [memoryTier({ maxBytes: 10_000_000 })] }),
      upstream: { headersTimeout: 500, deadline: 1000 },
    },
    observer: { hit: () => (hits += 1), answered: (request) => answered.push(request) },
    ...options,
  });
}

beforeEach(async () => {
  servers = [];
  answered = [];
  hits = 0;
  now = Date.now();
  script = sendPicture;
  const asked: { method: string; url: string }[] = [];
  const storePort = await listen((request, response) => {
    asked.push({ method: request.method ?? '', url: request.url ?? '' });
    script(request, response);
  });
  let connections = 0;
  servers.at(-1)?.on('connection', () => (connections += 1));
  store = { url: `http://127.0.0.1:${storePort}`, asked, connections: () => connections };
  images = make();
  port = await listen((incoming, response) => {
    if (!images.listener(incoming, response)) void images.handle(incoming, response);
  });
});

afterEach(async () => {
  await images.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  const request = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) };
}
const problem = ({ body }: Reply): { status: number; detail: string; type: string } =>
  JSON.parse(body.toString()) as { status: number; detail: string; type: string };

describe('redirects', () => {
  it('lead to the stable URL and may be kept for less than it lives', async () => {
    const reply = await ask(`${MOUNT}posters/a%20b.png`);
    expect([reply.status, reply.body.length]).toEqual([302, 0]);
    expect(reply.headers.location).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/pictures\/posters\/a%20b\.png\?X-Amz-/);
    const maxAge = Number(/^private, max-age=(\d+)$/.exec(reply.headers['cache-control'] ?? '')?.[1]);
    expect(maxAge).toBeGreaterThan(3500);
    expect(maxAge).toBeLessThanOrEqual(3570);
    expect((await ask(`${MOUNT}posters%2Fa%20b.png?mode=redirect`)).headers.location).toBe(reply.headers.location);
    expect(store.asked).toEqual([]);
  });

  it('are signed for HEAD where that is what comes, and are nobody else’s then', async () => {
    const get = (await ask(`${MOUNT}a`)).headers.location;
    const head = await ask(`${MOUNT}a`, {}, 'HEAD');
    expect([head.status, head.headers['cache-control']]).toEqual([302, 'no-store']);
    // The operation is named in URLs for GET alone.
    expect([head.headers.location?.includes('x-id='), get?.includes('x-id=')]).toEqual([false, true]);
    expect((await ask(`${MOUNT}a`)).headers.location).toBe(get);
  });

  it('may not be kept when next to nothing is left', async () => {
    let signings = 0;
    const expiresAt = now + HOUR;
    images = make({
      presign: () => {
        if ((signings += 1) > 1) throw new Error('away');
        return { url: `${store.url}/a`, expiresAt };
      },
    });
    const maxAges: number[] = [];
    for (; now < expiresAt; now += 7000) {
      const { headers } = await ask(`${MOUNT}a`);
      const maxAge = /^private, max-age=(\d+)$/.exec(headers['cache-control'] ?? '')?.[1];
      if (maxAge === undefined)
        expect([headers['cache-control'], expiresAt - now < 32_000]).toEqual(['no-store', true]);
      else expect(now + Number(maxAge) * 1000).toBeLessThan(expiresAt);
      maxAges.push(Number(maxAge ?? 0));
    }
    expect(maxAges.at(-1)).toBe(0);
    expect((await ask(`${MOUNT}a`)).status).toBe(503);
  });

  it('are signed anew for anyone, but not again and again', async () => {
    const first = (await ask(`${MOUNT}a`)).headers.location;
    now += 9000;
    expect((await ask(`${MOUNT}a?refresh=true`)).headers.location).toBe(first);
    now += 1000;
    const second = (await ask(`${MOUNT}a?refresh=true`)).headers.location;
    expect(second).not.toBe(first);
    expect((await ask(`${MOUNT}a?refresh=true`)).headers.location).toBe(second);
    expect((await ask(`${MOUNT}a?again=1`)).headers.location).toBe(second);
  });

  it('lead to keys that look like endpoints', async () => {
    for (const key of ['stats', 'status/x', 'refresh', 'image-urls', '%E5%9B%BE.png'])
      expect((await ask(MOUNT + key)).headers.location).toContain(`/pictures/${key}?X-Amz-`);
  });

  it('are given by fetch as well', async () => {
    const reply = await images.fetch(new Request(`http://any${MOUNT}a`));
    expect([reply.status, reply.headers.get('location')]).toEqual([302, (await ask(`${MOUNT}a`)).headers.location]);
    const streamed = await images.fetch(new Request(`http://any${MOUNT}a?mode=proxy`));
    expect(Buffer.from(await streamed.arrayBuffer())).toEqual(PICTURE);
  });
});

describe('bad requests', () => {
  it.each([
    ['', 'image_key'],
    ['a%00b', '%00'],
    ['a%0Ab', 'image_key'],
    ['..', 'segment'],
    ['a/%2e%2e/b', 'segment'],
    ['a/..%2Fb', 'segment'],
    ['%', '%'],
    ['%FF', 'image_key'],
    ['x'.repeat(1025), 'image_key'],
    ['a?mode=stream', 'mode'],
    ['a?mode=', 'mode'],
    ['a?mode=proxy&mode=redirect', 'mode'],
    ['a?refresh=yes', 'refresh'],
  ])('%s are 400 and say what is wrong', async (rest, named) => {
    const reply = await ask(MOUNT + rest);
    expect([reply.status, reply.headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(problem(reply).detail).toContain(named);
    expect(store.asked).toEqual([]);
  });

  it('of other methods are 405', async () => {
    const reply = await ask(`${MOUNT}a`, {}, 'DELETE');
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    const preflight = await ask(`${MOUNT}a`, { origin: 'https://page' }, 'OPTIONS');
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, '*']);
  });

  it('for streams where there are none are 400', async () => {
    images = createSignedImages({ presign: () => ({ url: 'https://a/', expiresAt: now + HOUR }), mount: MOUNT });
    expect(problem(await ask(`${MOUNT}a?mode=proxy`)).detail).toMatch(/^mode: /);
  });
});

describe('streams', () => {
  it('come through the cache, whole, in part, and not at all when the client has them', async () => {
    const first = await ask(`${MOUNT}posters/%E5%9B%BE.png?mode=proxy`);
    expect([first.status, first.headers['x-cache'], first.body.equals(PICTURE)]).toEqual([200, 'MISS', true]);
    const part = await ask(`${MOUNT}posters/%E5%9B%BE.png?mode=proxy`, { range: 'bytes=8-11' });
    expect([part.status, part.headers['x-cache'], [...part.body]]).toEqual([206, 'HIT', [7, 7, 7, 7]]);
    const same = await ask(`${MOUNT}posters/%E5%9B%BE.png?mode=proxy`, { 'if-none-match': '"one"' });
    expect([same.status, same.body.length]).toEqual([304, 0]);
    const head = await ask(`${MOUNT}posters%2F%e5%9b%be.png?refresh=false&mode=proxy`, {}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.headers['x-cache']]).toEqual([200, '5008', 'HIT']);
    expect(store.asked).toHaveLength(1);
    expect(hits).toBe(2);
  });

  it('are not those of another bucket, after a change of it over the same cache', async () => {
    const cache = createTieredCache<StoredMeta>({ tiers: [memoryTier({ maxBytes: 10_000_000 })] });
    const credentials = { accessKeyId: 'AKID', secretAccessKey: SECRET };
    const states: unknown[] = [];
    for (const bucket of ['pictures', 'others', 'pictures']) {
      const presign = s3Presigner({ endpoint: store.url, bucket, credentials, pathStyle: true });
      images = make({ presign, proxy: { cache } });
      states.push((await ask(`${MOUNT}a?mode=proxy`)).headers['x-cache']);
    }
    expect(states).toEqual(['MISS', 'MISS', 'HIT']);
    expect(store.asked.map(({ url }) => url.slice(0, 11))).toEqual(['/pictures/a', '/others/a?X']);
  });

  it('ask the store with HEAD for a HEAD that the cache does not know', async () => {
    const head = await ask(`${MOUNT}a?mode=proxy`, {}, 'HEAD');
    expect([head.status, head.headers['content-length']]).toEqual([200, '5008']);
    expect(store.asked.map(({ method }) => method)).toEqual(['HEAD']);
    expect(store.asked[0]?.url).not.toContain('x-id=GetObject');
  });

  it('are fetched once for all who ask at once', async () => {
    script = (request, response) => void later(50).then(() => sendPicture(request, response));
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(`${MOUNT}a?mode=proxy`)));
    expect(replies.every(({ status, body }) => status === 200 && body.equals(PICTURE))).toBe(true);
    expect(store.asked).toHaveLength(1);
  });

  it('are signed anew, once, when the store does not take the signature', async () => {
    let secret = 'old';
    images = make({
      presign: s3Presigner({
        endpoint: store.url,
        bucket: 'pictures',
        credentials: async () => {
          const credentials = { accessKeyId: 'AKID', secretAccessKey: secret };
          secret = 'new';
          return credentials;
        },
        pathStyle: true,
      }),
    });
    script = (request, response) => (store.asked.length === 1 ? refuse : sendPicture)(request, response);
    const reply = await ask(`${MOUNT}a?mode=proxy`);
    expect([reply.status, reply.body.equals(PICTURE)]).toEqual([200, true]);
    expect(new Set(store.asked.map(({ url }) => url)).size).toBe(2);
    expect(store.connections()).toBe(1);
  });

  it('are refused when the store goes on refusing, for seconds at most, in our own words', async () => {
    script = refuse;
    const reply = await ask(`${MOUNT}a?mode=proxy`);
    expect([reply.status, problem(reply).type]).toEqual([403, 'urn:forebay:problem:image-denied']);
    expect(store.asked).toHaveLength(2);
    expect((await ask(`${MOUNT}a?mode=proxy`)).status).toBe(403);
    expect(store.asked).toHaveLength(2);
    const { headers } = await ask(`${MOUNT}a?mode=proxy`);
    expect(headers['cache-control']).toBe('max-age=5');
    expect(Number(/ttl=(\d+)/.exec(String(headers['cache-status']))?.[1])).toBeLessThanOrEqual(5);
  });

  it('do not read on without an end what they do not want', async () => {
    let sent = 0;
    script = (_request, response) => {
      response.writeHead(403);
      response.on('close', () => clearInterval(timer));
      const timer = setInterval(() => {
        sent += 65_536;
        response.write(Buffer.alloc(65_536));
      }, 1);
    };
    const reply = await ask(`${MOUNT}a?mode=proxy`);
    expect(reply.status).toBe(403);
    expect(store.asked).toHaveLength(2);
    expect(sent).toBeLessThan(5_000_000);
  });

  it('say 404 of what is not there, and 502 of what the store should not say', async () => {
    script = (_request, response) => response.writeHead(404).end('<Error><Key>a</Key></Error>');
    const missing = await ask(`${MOUNT}a?mode=proxy`);
    expect([missing.status, problem(missing).type]).toEqual([404, 'urn:forebay:problem:image-not-found']);
    script = (request, response) =>
      response.writeHead(307, { location: `http://elsewhere.example${request.url}` }).end();
    expect((await ask(`${MOUNT}b?mode=proxy`)).status).toBe(502);
    script = (_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<script>');
    expect((await ask(`${MOUNT}c?mode=proxy`)).status).toBe(502);
    script = (_request, response) => response.writeHead(503).end('slow down');
    expect((await ask(`${MOUNT}d?mode=proxy`)).status).toBe(502);
    script = () => undefined;
    expect((await ask(`${MOUNT}e?mode=proxy`)).status).toBe(504);
  });

  it('are images by any name; what is none, or is too long, shuts nothing else out', async () => {
    images = make({ proxy: { maxBodyBytes: 10_000 } });
    const send = (type: string, body: Buffer) => (_request: IncomingMessage, response: ServerResponse) =>
      response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body);
    script = send('application/pdf', Buffer.from('%PDF'));
    for (const key of 'abcd') expect((await ask(`${MOUNT}${key}.pdf?mode=proxy`)).status).toBe(502);
    script = send('image/png', Buffer.alloc(10_001));
    for (const key of 'abcd') expect((await ask(`${MOUNT}${key}.big?mode=proxy`)).status).toBe(502);
    expect(images.proxy?.upstreams.status().map(({ circuit }) => circuit)).toEqual(['closed']);
    // Uploads are often of another format than they say, which browsers do not mind.
    script = send('image/png', Buffer.from('/9j/4AAQSkZJRg==', 'base64'));
    expect((await ask(`${MOUNT}really-a.jpg?mode=proxy`)).status).toBe(200);
  });

  it('serve on from the cache while no URL can be signed', async () => {
    let failing = false;
    const presign = s3Presigner({
      endpoint: store.url,
      bucket: 'pictures',
      credentials: () => {
        if (failing) throw new Error('no credentials');
        return { accessKeyId: 'AKID', secretAccessKey: SECRET };
      },
      pathStyle: true,
    });
    images = make({ presign });
    await ask(`${MOUNT}a?mode=proxy`);
    failing = true;
    expect((await ask(`${MOUNT}a?mode=proxy`)).status).toBe(200);
    expect((await ask(`${MOUNT}b?mode=proxy`)).status).toBe(502);
  });

  it('let go of the store when the client leaves before its URL is signed', async () => {
    let sign = (): void => undefined;
    const signing = new Promise<void>((resolve) => (sign = resolve));
    let asked = false;
    images = make({
      presign: async (key) => {
        asked = true;
        await signing;
        return { url: `${store.url}/${key}`, expiresAt: now + HOUR };
      },
    });
    const request = httpRequest({ port, host: '127.0.0.1', path: `${MOUNT}a?mode=proxy`, agent: false }).end();
    request.on('error', () => undefined);
    await vi.waitFor(() => expect(asked).toBe(true));
    request.destroy();
    await vi.waitFor(() => expect(answered).toHaveLength(1));
    sign();
    await signing;
    expect((await ask(`${MOUNT}b?mode=proxy`)).status).toBe(200);
    expect(store.asked.map(({ url }) => url)).toEqual(['/b']);
  });
});

describe('the signature', () => {
  it('shows in the Location of a redirect and nowhere else', async () => {
    const scripts = [sendPicture, refuse, sendPicture];
    scripts.push((request, response) => void response.writeHead(400).end(request.url));
    scripts.push((request, response) => {
      response.writeHead(302, { location: request.url, link: `<${request.url}>`, 'x-amz-url': request.url }).end();
    });
    scripts.push((request) => request.socket.destroy());
    const seen: string[] = [];
    for (const [index, each] of scripts.entries()) {
      script = each;
      const { headers, body } = await ask(`${MOUNT}${index}?mode=proxy`);
      seen.push(JSON.stringify(headers), body.toString('latin1'));
    }
    const { headers } = await ask(`${MOUNT}z`);
    const { location, ...rest } = headers;
    seen.push(JSON.stringify(rest));
    const deep = (value: unknown): unknown =>
      value instanceof Error ? [value.message, value.stack, { ...value }, deep(value.cause)] : value;
    seen.push(JSON.stringify(answered.map((each) => [each.target, deep(each.error)])));
    seen.push(JSON.stringify(images.proxy?.upstreams.status()));
    const text = seen.join('\n');
    expect(text).not.toMatch(/X-Amz|Signature=|AKID/i);
    expect(text).not.toContain(SECRET);
    expect(location).toContain('X-Amz-Signature=');
    expect(store.asked.every(({ url }) => url.includes('X-Amz-Signature='))).toBe(true);
  });
});

describe('verified refreshes', () => {
  it('ask the store for a byte of the new URL before it takes the old one’s place', async () => {
    const first = await images.urlOf('a');
    now += 1000;
    const second = await images.refresh('a', { verify: true });
    expect(second.url).not.toBe(first.url);
    expect(second.url.endsWith(store.asked[0]!.url)).toBe(true);
  });

  it.each([
    [404, 'FOREBAY_IMAGE_NOT_FOUND', false],
    [403, 'FOREBAY_IMAGE_DENIED', false],
    [429, 'FOREBAY_STORE_FAILED', true],
    [503, 'FOREBAY_STORE_FAILED', true],
    [504, 'FOREBAY_STORE_TIMEOUT', true],
  ])('fail on %i as %s, retryable %s, and keep the old URL', async (status, code, retryable) => {
    const first = await images.urlOf('a');
    now += 1000;
    script = (request, response) => void response.writeHead(status).end(request.url);
    const failure = await images.refresh('a', { verify: true }).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ code, retryable });
    expect(JSON.stringify([(failure as Error).message, (failure as Error).cause])).not.toContain('X-Amz');
    expect((await images.urlOf('a')).url).toBe(first.url);
  });

  it('fail as time-outs and as unreachable', async () => {
    script = () => undefined;
    images = make({ verify: { timeout: 50 } });
    await expect(images.refresh('a', { verify: true })).rejects.toMatchObject({ code: 'FOREBAY_STORE_TIMEOUT' });
    script = (request) => request.socket.destroy();
    await expect(images.refresh('a', { verify: true })).rejects.toMatchObject({ code: 'FOREBAY_STORE_FAILED' });
  });

  it('end when they are told to', async () => {
    script = () => undefined;
    const stop = new AbortController();
    const refreshing = images.refresh('a', { verify: true, signal: stop.signal });
    stop.abort(new Error('revoked'));
    await expect(refreshing).rejects.toThrow('revoked');
  });
});
