import { createSessions, type SessionStore, type Viewer } from '@forebay/hls-proxy';
import { redisSessionStore } from '@forebay/hls-proxy/redis';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startRedis, type RedisServer } from '../../../cache-tiers/test/support/redis-servers.js';
import { sessionStoreSuite } from './conformance.js';

/** What is asked here is what a store does, not how fast on a busy machine. */
const patient = { readTimeout: 5000, writeTimeout: 5000 };
let server: RedisServer;
const stores: SessionStore[] = [];
const storeOf = (): SessionStore => {
  const store = redisSessionStore({
    port: server.port,
    ...patient,
    maxSessions: 25,
    maxUnsentUsers: 10,
    maxAllowed: 3,
  });
  stores.push(store);
  return store;
};

beforeAll(async () => {
  server = await startRedis();
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await server.command('FLUSHALL');
});
afterAll(() => server.stop());

sessionStoreSuite('Redis', async () => storeOf());

it('lets one node report traffic at a time, and another when that one is gone', async () => {
  const [a, b] = [storeOf(), storeOf()];
  const session = {
    id: 's',
    uid: 'u',
    address: '',
    userAgent: undefined,
    player: '',
    browser: undefined,
    stream: '/',
    viewer: 'v',
    device: 'd',
    allowedBy: undefined,
    expiresAt: undefined,
    startedAt: 1,
    lastSeenAt: 1,
    rendition: undefined,
    bytes: 5,
    cmcd: undefined,
  };
  await a.report({ reporter: 'a', sequence: 1, now: 1, idle: 1000, sessions: [session], cursor: 0 });
  const batch = await a.takeTraffic({ id: 'one', reporter: 'a', lease: 150, now: 1 });
  expect(batch).toMatchObject({ id: 'one' });
  expect(await b.takeTraffic({ id: 'two', reporter: 'b', lease: 150, now: 1 })).toBeUndefined();
  // Nobody has settled it: the next to have the turn gets the same batch, under the same id.
  await expect.poll(() => b.takeTraffic({ id: 'two', reporter: 'b', lease: 150, now: 2 })).toEqual(batch);
});

it('leaves nothing behind that does not end by itself but totals, the allow list and what is owed', async () => {
  const store = storeOf();
  const session = {
    id: 's',
    uid: 'u',
    address: '',
    userAgent: undefined,
    player: '',
    browser: undefined,
    stream: '/',
    viewer: 'v',
    device: 'd',
    allowedBy: undefined,
    expiresAt: 5000,
    startedAt: 1,
  };
  const use = { name: 'n', limit: 1, lifetime: 1000 };
  await store.open({ session, now: 1, idle: 1000, maxPerUser: 1, use });
  const other = { ...session, id: 't', viewer: 'w', stream: '/b' };
  await store.open({ session: other, now: 2, idle: 1000, maxPerUser: 1, use: undefined });
  const news = { ...other, lastSeenAt: 3, rendition: '/r', bytes: 5, cmcd: { br: 1 } };
  await store.report({ reporter: 'a', sequence: 1, now: 3, idle: 1000, sessions: [news], cursor: 0 });
  const names = (await server.command('KEYS', '*')) as string[];
  const lasting: string[] = [];
  for (const name of names) if ((await server.command('PTTL', name)) === -1) lasting.push(name);
  expect(lasting.map((name) => name.replace('forebay:{hls}:', '')).toSorted()).toEqual([
    'ended',
    'pending',
    'seen',
    'traffic',
    'tseen',
  ]);
  await store.report({ reporter: 'a', sequence: 2, now: 100_000, idle: 1000, sessions: [], cursor: 0 });
  expect(await server.command('EXISTS', 'forebay:{hls}:seen', 'forebay:{hls}:ended')).toBe(0);
});

it('says when Redis is away, and rejects rather than hangs', async () => {
  const store = storeOf();
  await store.allowed({ now: 1 });
  expect(store.state()).toBe('connected');
  await server.kill();
  await expect.poll(() => store.state()).toBe('lost');
  await expect(store.find({ id: 's', now: 1, idle: 1 })).rejects.toThrow();
  await server.start();
  await expect.poll(() => store.state(), { timeout: 5000 }).toBe('connected');
});

it('while Redis is away viewers go on watching and new ones come, and nothing of it is lost or counted twice', async () => {
  const sessions = [storeOf(), storeOf()].map((store) => createSessions({ store, flushInterval: 0 }));
  const [a, b] = sessions;
  if (a === undefined || b === undefined) throw new Error('two were made');
  const viewer = (uid: string): Viewer => ({
    uid,
    address: '192.0.2.1',
    userAgent: undefined,
    stream: '/a.m3u8',
    allowedBy: undefined,
    expiresAt: undefined,
    cmcd: undefined,
  });
  const known = await a.open(viewer('u'));
  known.addBytes(100);
  await a.flush();
  await server.kill();
  known.addBytes(10);
  await expect(a.flush()).rejects.toThrow();
  expect(a.state()).toBe('lost');
  expect(a.resume(known.id, viewer('u'))).toBe(known);
  // A grant that another process gave, and a viewer who has none.
  const there = await b.resume(known.id, viewer('u'));
  expect(there).toMatchObject({ id: known.id, uid: 'u' });
  const fresh = await b.open(viewer('v'));
  there?.addBytes(5);
  fresh.addBytes(7);
  await server.start();
  for (const each of sessions)
    await expect
      .poll(
        () =>
          each.flush().then(
            () => true,
            () => false,
          ),
        { timeout: 5000 },
      )
      .toBe(true);
  // The server was empty when it came back: what was counted since the last report is there.
  const traffic = await a.store.traffic({ uid: undefined, limit: 10 });
  expect(traffic.map(({ uid, bytes }) => [uid, bytes])).toEqual([
    ['u', 15],
    ['v', 7],
  ]);
  await Promise.all(sessions.map((each) => each.close()));
});
