import { once } from 'node:events';
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';
import { createViewerTokens } from '@forebay/guard';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Certificate } from '../support/certificate.js';
import { Forebay, type Reply } from '../support/forebay.js';
import { startStreamOrigin, type StreamOrigin } from './stream-origin.js';

const SECRET = 'a secret that nobody may read';
const API_KEY = 'the key of the operator';
const MASTER = '/live/main.m3u8';
const token = (uid: string): string =>
  `/hls${MASTER}?${createViewerTokens({ secrets: [SECRET] }).query({ uid, path: MASTER, expires: Math.floor(Date.now() / 1000) + 600 })}`;

let origin: StreamOrigin;
let forebay: Forebay;
let client: ClientHttp2Session;
/** Everything that was a secret of some viewer's. */
const secrets = new Set<string>();

beforeAll(async () => {
  origin = await startStreamOrigin();
  const certificate = await Certificate.make('hls');
  forebay = await Forebay.start({
    ...certificate.variables,
    NUM_WORKERS: '2',
    HLS_UPSTREAM_SERVERS: origin.url,
    HLS_SECRET_KEY: SECRET,
    MANAGEMENT_PORT: '0',
    API_KEY,
    LOG_LEVEL: 'debug',
    ACCESS_LOG: 'json',
    HEALTH_CHECK_INTERVAL: '60000',
  });
  client = connect(`https://localhost:${forebay.port}`, { ca: await certificate.authority() });
});
afterAll(async () => {
  client.destroy();
  await forebay.end();
  await origin.close();
});

interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function ask(path: string, more: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const stream = client.request({ ':path': path, ...more });
    const chunks: Buffer[] = [];
    let headers: IncomingHttpHeaders = {};
    stream.on('response', (given) => (headers = given));
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => resolve({ headers, body: Buffer.concat(chunks) }));
    stream.end();
  });
}

const manage = (path: string, method = 'GET'): Promise<Reply> =>
  forebay.ask(path, { method, port: forebay.managementPort ?? 0, headers: { 'x-api-key': API_KEY } });

const urisOf = ({ body }: Answer): string[] => {
  const uris = [...body.toString().matchAll(/^(?!#)(\S+)$|URI="([^"]+)"/gm)].map(
    ([, line, quoted]) => line ?? quoted ?? '',
  );
  for (const uri of uris) for (const [, grant = ''] of uri.matchAll(/fb=([\w.-]+)/g)) secrets.add(grant);
  return uris;
};

async function stream(uid: string): Promise<{ key: string; segment: string; endless: string; variant: string }> {
  const first = token(uid);
  secrets.add(/token=([\w-]+)/.exec(first)?.[1] ?? '');
  const [variant = ''] = urisOf(await ask(first));
  const [key = '', segment = '', endless = ''] = urisOf(await ask(variant));
  return { variant, key, segment, endless };
}

describe('HLS over HTTP/2', () => {
  it('serves playlists, segments, their ranges, hits from memory, keys and preflights', async () => {
    const { key, segment, variant } = await stream('anna');
    const whole = await ask(segment);
    expect([whole.headers[':status'], whole.body.length]).toEqual([200, 200_000]);
    const again = await ask(segment, { range: 'bytes=0-9' });
    expect(again.headers).toMatchObject({ ':status': 206, 'content-range': 'bytes 0-9/200000', 'x-cache': 'HIT' });
    expect((await ask(segment)).headers['x-cache']).toBe('HIT');
    expect((await ask(key)).body).toHaveLength(16);
    const head = await ask(variant, { ':method': 'HEAD' });
    expect([head.headers[':status'], head.body.length, Number(head.headers['content-length']) > 0]).toEqual([
      200,
      0,
      true,
    ]);
    const preflight = await ask(segment, {
      ':method': 'OPTIONS',
      origin: 'https://player.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'range',
    });
    expect(preflight.headers).toMatchObject({
      ':status': 204,
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'range',
    });
    expect(again.headers['access-control-expose-headers']).toContain('Content-Range');
  });

  it('cuts what a session is being sent when it is ended, and leaves the connection to others', async () => {
    const { endless, segment } = await stream('bert');
    const other = await stream('carl');
    const cut = client.request({ ':path': endless });
    const error = new Promise<unknown>((resolve) => cut.on('error', resolve));
    await once(cut, 'response');
    cut.resume();
    const listed = (await manage('/api/v1/hls/sessions?uid=bert')).json()['sessions'] as { id: string }[];
    expect((await manage(`/api/v1/hls/sessions/${listed[0]?.id ?? ''}`, 'DELETE')).status).toBe(204);
    expect(await error).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' });
    expect((await ask(segment)).headers[':status']).toBe(403);
    expect((await ask(other.segment)).headers[':status']).toBe(200);
  });

  it('is managed at the other port alone, by who has the key', async () => {
    for (const path of ['sessions', 'transfers', 'traffic', 'allowlist', 'debug?ip=127.0.0.1&url=/hls/a.m3u8']) {
      expect((await manage(`/api/v1/hls/${path}`)).status, path).toBe(200);
      expect((await forebay.ask(`/api/v1/hls/${path}`, { port: forebay.managementPort ?? 0 })).status, path).toBe(401);
      expect((await ask(`/api/v1/hls/${path}`, { 'x-api-key': API_KEY })).headers[':status'], path).toBe(404);
    }
    expect((await manage('/hls/live/main.m3u8')).status).toBe(404);
  });

  it.each([
    '/hls/@/',
    '/hls/@/../live/720/1.ts',
    '/hls/@/x.y.ts',
    '/hls/%40/x.y.ts',
    '/hls/@%2fx.y',
    '/hls//@/x.y',
    '/hls/@/http://127.0.0.1:1/',
    '/hls/@/aHR0cDovLzEyNy4wLjAuMTo5LzEudHM.ts',
    '/hls/live/720/1.ts?fb=x&fb=y',
    '/hls/live/720/1.ts;fb=x',
    '/hls/..;/live/main.m3u8',
    '/hls/live/main.m3u8?uid=a&uid=b&expires=9999999999&token=x',
    '/hls/live/main.m3u8?uid=a%00&expires=9999999999&token=x',
    '/hls/live/main.m3u8?uid=&expires=&token=',
  ])('refuses %s', async (path) => {
    const before = origin.asked.length;
    const { headers, body } = await ask(path);
    expect([400, 403, 404]).toContain(headers[':status']);
    expect(body.toString()).not.toMatch(/token=|fb=|127\.0\.0\.1/);
    expect(origin.asked).toHaveLength(before);
  });

  it('takes no grant for anything else than it is for, however it is changed', async () => {
    const { endless, key, segment, variant } = await stream('dora');
    const grantOf = (uri: string): string => /fb=([\w.-]+)/.exec(uri)?.[1] ?? '';
    const [path = ''] = segment.split('?');
    const grant = grantOf(segment);
    const parts = grant.split('.');
    const flipped = (index: number): string =>
      parts
        .map((part, at) => (at === index ? part.replace(/^./, (letter) => (letter === 'p' ? 'k' : 'p')) : part))
        .join('.');
    const tries = [
      ...parts.map((_, index) => flipped(index)),
      grant.slice(0, -1),
      `${grant}A`,
      `${grant}.${parts.at(-1) ?? ''}`,
      grant.replace(/\.s/, '.p'),
      grant.replace(/\.s(.)/, '.sb'),
      grantOf(variant),
      grantOf(key),
      grantOf(endless),
      '',
    ];
    for (const other of tries) expect((await ask(`${path}?fb=${other}`)).headers[':status'], other).toBe(403);
    expect((await ask(`${path}?fb=${grant}&fb=${grant}`)).headers[':status']).toBe(200);
    expect((await ask(`${path}?a=1&fb=${grant}`)).headers[':status']).toBe(403);
  });

  it('is not brought down by many sessions of one address', async () => {
    const many = await Promise.all(
      Array.from({ length: 300 }, (_, index) => ask(token(`crowd-${index}`)).then(({ headers }) => headers[':status'])),
    );
    expect(new Set(many)).toEqual(new Set([200]));
    const page = (await manage('/api/v1/hls/sessions?limit=1')).json();
    expect(page['total']).toBeGreaterThanOrEqual(300);
    expect(page['sessions']).toHaveLength(1);
  });

  it('tells nobody what lets viewers in: no log, no origin, no metric, no status', async () => {
    const told = [
      ...forebay.output,
      ...origin.asked,
      ...(await Promise.all(
        ['/metrics', '/status', '/stats', '/config', '/api/v1/hls/sessions', '/api/v1/hls/transfers'].map(
          async (path) => (await manage(path)).body.toString(),
        ),
      )),
    ].join('\n');
    expect(forebay.output.some((line) => line.includes('/hls/live/720/1.ts'))).toBe(true);
    for (const secret of [...secrets, SECRET, API_KEY]) expect(told.includes(secret), secret).toBe(false);
    expect(told).not.toMatch(/[?&](?:fb|token)=/);
  });
});
