import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createViewerTokens } from '@forebay/guard';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Forebay, type Reply } from '../support/forebay.js';
import { startRedis, type RedisServer } from '../support/redis.js';
import { startStreamOrigin, type StreamOrigin } from './stream-origin.js';

const SECRET = 'correct horse battery';
const MASTER = '/live/main.m3u8';
const tokens = createViewerTokens({ secrets: [SECRET] });
const tokenFor = (uid: string, path = MASTER): string =>
  `/hls${path}?${tokens.query({ uid, path, expires: Math.floor(Date.now() / 1000) + 600 })}`;

const ends: (() => Promise<unknown>)[] = [];
const start = async (variables: Record<string, string>): Promise<Forebay> => {
  const node = await Forebay.start({ HEALTH_CHECK_INTERVAL: '60000', ...variables });
  ends.push(() => node.end());
  return node;
};
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** Bare URI lines and quoted URIs of a playlist, as a player resolves them. */
const urisOf = (playlist: Reply): string[] => {
  const text = playlist.body.toString();
  return [...text.matchAll(/^(?!#)(\S+)$|URI="([^"]+)"/gm)].map(([, line, quoted]) => line ?? quoted ?? '');
};

interface SessionJson {
  readonly id: string;
  readonly uid: string | null;
  readonly bytes: number;
  readonly variant: string | null;
  readonly player: string;
  readonly stream: string;
}
const sessionsOf = async (node: Forebay): Promise<SessionJson[]> =>
  (await node.ask('/api/v1/hls/sessions')).json()['sessions'] as SessionJson[];

/** Asks on new connections until the other worker has answered, too: at least so often. */
const OFTEN = 12;

describe('HLS on two workers', () => {
  let origin: StreamOrigin;
  let node: Forebay;
  beforeAll(async () => {
    origin = await startStreamOrigin();
    node = await Forebay.start({
      NUM_WORKERS: '2',
      HLS_UPSTREAM_SERVERS: origin.url,
      HLS_SECRET_KEY: SECRET,
      HLS_TOKEN_USES: '1',
      HEALTH_CHECK_INTERVAL: '60000',
    });
  });
  afterAll(async () => {
    await node.end();
    await origin.close();
  });
  const vlc = { headers: { 'user-agent': 'VLC/3.0.21 LibVLC/3.0.21' } };

  it('a token opens one session, however often and wherever it is asked for; what it names opens, nothing else', async () => {
    const master = await node.ask(tokenFor('anna'), vlc);
    expect(master.status).toBe(200);
    const [variant = ''] = urisOf(master);
    expect(variant).toMatch(/^\/hls\/live\/720\/index\.m3u8\?fb=/);
    const media = await node.ask(variant, vlc);
    const [key = '', segment = ''] = urisOf(media);
    for (let count = 0; count < OFTEN; count += 1) {
      expect((await node.ask(segment, vlc)).body).toHaveLength(200_000);
      expect((await node.ask(tokenFor('anna'), vlc)).status).toBe(200);
    }
    const uses = await Promise.all(Array.from({ length: OFTEN }, () => node.ask(key, vlc)));
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(8);
    expect(uses.filter(({ status }) => status === 403)).toHaveLength(OFTEN - 8);
    for (const other of ['/hls/live/720/1.ts', '/hls/live/main.m3u8', segment.replace('1.ts', 'key')])
      expect((await node.ask(other, vlc)).status, other).toBe(403);
    const [session, ...others] = await eventually(
      () => sessionsOf(node),
      (all) => all[0]?.bytes !== undefined && all[0].bytes >= OFTEN * 200_000,
      'all bytes are counted',
    );
    expect(others).toEqual([]);
    expect(session).toMatchObject({ uid: 'anna', stream: MASTER, player: 'vlc', variant: '/live/720/index.m3u8' });
    expect(origin.asked.join(' ')).not.toMatch(/fb=|token=|uid=/);
  });

  it('a token that is replayed from elsewhere opens nothing, on no worker', async () => {
    const target = tokenFor('bert');
    expect((await node.ask(target, vlc)).status).toBe(200);
    for (let count = 0; count < OFTEN; count += 1)
      expect((await node.ask(target, { headers: { 'user-agent': `Thief/${count}` } })).status).toBe(403);
    expect((await node.ask(target, vlc)).status).toBe(200);
  });

  it('a session that is ended is ended at once, its transfers are cut, and all workers refuse it', async () => {
    const master = await node.ask(tokenFor('carl'), vlc);
    const media = await node.ask(urisOf(master)[0] ?? '', vlc);
    const [, segment = '', endless = ''] = urisOf(media);
    const cut = new Promise<string>((resolve) => {
      get({ host: '127.0.0.1', port: node.port, path: endless, ...vlc }, (response) => {
        response.on('error', (error) => resolve(error.message)).on('end', () => resolve('ended as if whole'));
        response.resume();
      }).on('error', (error) => resolve(error.message));
    });
    const transfers = await eventually(
      async () =>
        (await node.ask('/api/v1/hls/transfers')).json()['transfers'] as { session_id: string; path: string }[],
      (all) => all.some(({ path }) => path === '/live/720/endless.ts'),
      'the transfer is listed',
    );
    const id = transfers.find(({ path }) => path === '/live/720/endless.ts')?.session_id ?? '';
    expect((await node.ask(`/api/v1/hls/sessions/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await cut).not.toBe('ended as if whole');
    for (let count = 0; count < OFTEN; count += 1) expect((await node.ask(segment, vlc)).status).toBe(403);
    expect((await node.ask(`/api/v1/hls/sessions/${id}`, { method: 'DELETE' })).status).toBe(404);
  });

  it('an address on the allow list watches without a token, on all workers at once, until it is removed', async () => {
    const post = (body: object): Promise<Reply> =>
      node.ask('/api/v1/hls/allowlist', { method: 'POST', body: JSON.stringify(body) });
    expect((await node.ask('/hls/live/main.m3u8')).status).toBe(403);
    const made = await post({ uid: 'guest', path: '/live', client_ip: '127.0.0.200', ttl_seconds: 600 });
    expect(made.status).toBe(201);
    for (let count = 0; count < OFTEN; count += 1) {
      expect((await node.ask('/hls/live/main.m3u8')).status).toBe(200);
      expect((await node.ask('/hls/other/main.m3u8')).status).toBe(403);
    }
    const entries = (await node.ask('/api/v1/hls/allowlist')).json()['entries'] as { id: string }[];
    expect(entries).toEqual([made.json()]);
    const removed = await node.ask(`/api/v1/hls/allowlist/${entries[0]?.id ?? ''}`, { method: 'DELETE' });
    expect(removed.status).toBe(204);
    for (let count = 0; count < OFTEN; count += 1) expect((await node.ask('/hls/live/main.m3u8')).status).toBe(403);
  });

  it.each([
    [{ path: '/live', client_ip: '127.0.0.1' }, 'uid'],
    [{ uid: '\ud800', path: '/live', client_ip: '127.0.0.1' }, 'uid'],
    [{ uid: 'a:/b', path: '/live', client_ip: '127.0.0.1' }, 'uid'],
    [{ uid: 'a', path: '/live/../x', client_ip: '127.0.0.1' }, 'path'],
    [{ uid: 'a', path: '/live%2fx', client_ip: '127.0.0.1' }, 'path'],
    [{ uid: 'a', path: '/live', client_ip: 'localhost' }, 'client_ip'],
    [{ uid: 'a', path: '/live', client_ip: '127.0.0.1', ttl_seconds: 0 }, 'ttl_seconds'],
    [{ uid: 'a', path: '/live', client_ip: '127.0.0.1', ttl: 5 }, 'the body'],
  ])('refuses the allow-list entry %j, and names what is wrong', async (entry, field) => {
    const reply = await node.ask('/api/v1/hls/allowlist', { method: 'POST', body: JSON.stringify(entry) });
    expect(reply.status).toBe(400);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.json()['detail']).toContain(`${field}:`);
  });

  it('says what would be decided and why', async () => {
    const ask = async (url: string): Promise<Record<string, unknown>> =>
      (await node.ask(`/api/v1/hls/debug?ip=127.0.0.1&ua=VLC&url=${encodeURIComponent(url)}`)).json();
    expect(await ask(tokenFor('dora'))).toMatchObject({ allowed: true, by: 'token', uid: 'dora', resource: MASTER });
    expect(await ask('/hls/live/main.m3u8')).toMatchObject({ allowed: false, code: 'no-token' });
    expect((await node.ask('/api/v1/hls/debug?ip=nowhere&url=/hls/')).json()['detail']).toContain('ip:');
    expect((await node.ask('/api/v1/hls/debug?ip=127.0.0.1&url=/elsewhere')).json()['detail']).toContain('url:');
  });

  it('tells bytes a user', async () => {
    const { users, reporting } = (await node.ask('/api/v1/hls/traffic?uid=anna')).json() as {
      users: { uid: string; bytes: number }[];
      reporting: unknown;
    };
    expect(users).toMatchObject([{ uid: 'anna' }]);
    expect(users[0]?.bytes).toBeGreaterThan(OFTEN * 200_000);
    expect(reporting).toBeNull();
  });
});

describe('HLS on two nodes with one Redis', () => {
  let origin: StreamOrigin;
  let redis: RedisServer;
  beforeAll(async () => {
    origin = await startStreamOrigin();
    redis = await startRedis();
  });
  afterAll(async () => {
    await origin.close();
    await redis.stop();
  });

  it('sessions, uses, the allow list and ends are the same on both', async () => {
    const variables = {
      HLS_UPSTREAM_SERVERS: origin.url,
      HLS_SECRET_KEY: SECRET,
      HLS_TOKEN_USES: '1',
      USE_REDIS: 'true',
      REDIS_CLUSTER_NODES: redis.address,
      // Seconds: what is counted must be counted together, however busy the machine is.
      REDIS_READ_TIMEOUT: '5',
      REDIS_WRITE_TIMEOUT: '5',
    };
    const [a, b] = await Promise.all([start(variables), start(variables)]);
    const tv = { headers: { 'user-agent': 'Roku/DVP' } };
    const target = tokenFor('anna');
    const [variant = ''] = urisOf(await a.ask(target, tv));
    expect((await b.ask(target, tv)).status).toBe(200);
    expect((await b.ask(target, { headers: { 'user-agent': 'Thief' } })).status).toBe(403);
    const [key = '', segment = ''] = urisOf(await b.ask(variant, tv));
    expect((await a.ask(segment, tv)).body).toHaveLength(200_000);
    const uses = await Promise.all(Array.from({ length: OFTEN }, (_, index) => (index % 2 ? a : b).ask(key, tv)));
    expect(uses.filter(({ status }) => status === 200)).toHaveLength(8);
    const [session] = await eventually(
      () => sessionsOf(b),
      (all) => all.length === 1 && (all[0]?.bytes ?? 0) >= 200_000,
      'the other node knows',
    );
    expect((await b.ask(`/api/v1/hls/sessions/${session?.id ?? ''}`, { method: 'DELETE' })).status).toBe(204);
    expect((await b.ask(segment, tv)).status).toBe(403);
    await eventually(
      () => a.ask(segment, tv),
      ({ status }) => status === 403,
      'the other node has heard',
    );
    const body = JSON.stringify({ uid: 'guest', path: '/', client_ip: '127.0.0.1' });
    expect((await a.ask('/api/v1/hls/allowlist', { method: 'POST', body })).status).toBe(201);
    await eventually(
      () => b.ask('/hls/live/main.m3u8'),
      ({ status }) => status === 200,
      'the other node has it',
    );
  });

  it('without a secret of the operator’s, the nodes agree on one; without Redis, viewers go on and new ones come', async () => {
    const variables = { HLS_UPSTREAM_SERVERS: origin.url, USE_REDIS: 'true', REDIS_CLUSTER_NODES: redis.address };
    const [a, b] = await Promise.all([start(variables), start(variables)]);
    const [variant = ''] = urisOf(await a.ask('/hls/live/main.m3u8'));
    const debug = await b.ask(`/api/v1/hls/debug?ip=127.0.0.1&url=${encodeURIComponent(variant)}`);
    expect(debug.json()).toMatchObject({ allowed: true, by: 'grant' });
    await redis.kill();
    expect((await a.ask(variant)).status).toBe(200);
    expect((await b.ask(variant)).status).toBe(200);
    expect((await a.ask('/hls/live/main.m3u8', { headers: { 'user-agent': 'Newcomer' } })).status).toBe(200);
    expect((await a.ask('/api/v1/hls/sessions')).status).toBe(503);
    expect((await a.ask('/health')).status).toBe(200);
    await redis.start();
    const page = await eventually(
      async () => (await a.ask('/api/v1/hls/sessions')).json(),
      ({ total }) => total === 2,
      'both viewers are known again',
    );
    expect(page['state']).toBe('connected');
  });
});

it('a reload of the configuration leaves viewers, and who may watch, as they are', async () => {
  const origin = await startStreamOrigin();
  ends.push(() => origin.close());
  const node = await start({ HLS_UPSTREAM_SERVERS: origin.url, HLS_SECRET_KEY: SECRET });
  const body = JSON.stringify({ uid: 'guest', path: '/live', client_ip: '127.0.0.1' });
  await node.ask('/api/v1/hls/allowlist', { method: 'POST', body });
  const [variant = ''] = urisOf(await node.ask('/hls/live/main.m3u8'));
  const [before] = await sessionsOf(node);
  node.process.kill('SIGHUP');
  await node.event('reload_done');
  expect((await node.ask(variant)).status).toBe(200);
  expect((await node.ask('/hls/live/main.m3u8')).status).toBe(200);
  const [after, ...others] = await sessionsOf(node);
  expect(others).toEqual([]);
  expect(after?.id).toBe(before?.id);
  expect(after?.bytes).toBeGreaterThan(before?.bytes ?? 0);
});

describe('traffic reports', () => {
  let server: Server;
  let status = 500;
  const taken = new Map<string, { uid: string | null; bytes: number }[]>();
  let refused = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const { id, users } = JSON.parse(text) as { id: string; users: { uid: string | null; bytes: number }[] };
        if (status === 200) taken.set(id, users);
        else refused += 1;
        response.writeHead(status).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('are kept while they are refused, over a restart too, and lose no byte', async () => {
    const origin = await startStreamOrigin();
    ends.push(() => origin.close());
    const variables = {
      HLS_UPSTREAM_SERVERS: origin.url,
      HLS_SECRET_KEY: SECRET,
      HLS_TRAFFIC_REPORT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/report`,
      HLS_TRAFFIC_REPORT_INTERVAL: '100ms',
    };
    const first = await start(variables);
    const master = await first.ask(tokenFor('anna'));
    const media = await first.ask(urisOf(master)[0] ?? '');
    const segment = await first.ask(urisOf(media)[1] ?? '');
    const sent = master.body.length + media.body.length + segment.body.length;
    await eventually(
      async () => refused,
      (count) => count > 0,
      'a report is refused',
    );
    expect(await first.stop()).toBe(0);
    const file = join(first.cacheDir, 'hls-sessions.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    status = 200;
    await start({ ...variables, CACHE_DIR: first.cacheDir });
    const total = (): number => [...taken.values()].flat().reduce((sum, { bytes }) => sum + bytes, 0);
    await eventually(
      async () => total(),
      (bytes) => bytes >= sent,
      'all is reported',
    );
    expect(total()).toBe(sent);
    expect([...taken.values()].flat().every(({ uid }) => uid === 'anna')).toBe(true);
    expect(first.output.join('\n')).not.toMatch(/token=|fb=[\w]/);
  });
});
