import type { OpenSession, SessionNews, SessionStore } from '@forebay/hls-proxy';
import { describe, expect, it } from 'vitest';

const T0 = 1_700_000_000_000;
const IDLE = 90_000;

const viewer = (uid: string | undefined, device: string, stream = '/live/a.m3u8') => ({
  uid,
  address: '192.0.2.1',
  userAgent: 'Player/1.0',
  player: 'browser',
  browser: 'chrome',
  stream,
  viewer: `${uid ?? ''}/${device}${stream}`,
  device: `${uid ?? ''}/${device}`,
  allowedBy: undefined,
  expiresAt: undefined,
});

let ids = 0;
const ask = (who: ReturnType<typeof viewer>, now = T0, more: Partial<OpenSession> = {}): OpenSession => ({
  session: { ...who, id: `session-${(ids += 1)}`, startedAt: now },
  now,
  idle: IDLE,
  maxPerUser: undefined,
  use: undefined,
  ...more,
});

const opened = async (store: SessionStore, open: OpenSession) => {
  const answer = await store.open(open);
  if (answer.kind !== 'opened') throw new Error(`not opened: ${answer.kind}`);
  return answer;
};

let sequences = 0;
const tell = (store: SessionStore, now: number, news: readonly SessionNews[], cursor = 0, reporter = 'a') =>
  store.report({ reporter, sequence: (sequences += 1), now, idle: IDLE, sessions: news, cursor });

const newsOf = (open: OpenSession, now: number, bytes: number, more: Partial<SessionNews> = {}): SessionNews => ({
  ...open.session,
  lastSeenAt: now,
  rendition: undefined,
  bytes,
  cmcd: undefined,
  ...more,
});

const page = { idle: IDLE, uid: undefined, limit: 10, offset: 0 };

/** What every session store does alike; `fresh` gives an empty one, which keeps at most 25 sessions, ten unreported users and three allow-list entries. */
export const sessionStoreSuite = (name: string, fresh: () => Promise<SessionStore>): void => {
  describe(`the ${name} session store: sessions`, () => {
    it('makes a session, and finds it again for the same viewer while it is not idle', async () => {
      const store = await fresh();
      const first = await opened(store, ask(viewer('u', 'tv')));
      expect(first).toMatchObject({ fresh: true, superseded: [], session: { uid: 'u', bytes: 0, lastSeenAt: T0 } });
      const again = await opened(store, ask(viewer('u', 'tv'), T0 + IDLE - 1));
      expect(again).toMatchObject({ fresh: false, session: { id: first.session.id, startedAt: T0 } });
      const later = await opened(store, ask(viewer('u', 'tv'), T0 + 2 * IDLE));
      expect(later.fresh).toBe(true);
      expect(later.session.id).not.toBe(first.session.id);
    });

    it('keeps viewers apart who differ in user, device or stream', async () => {
      const store = await fresh();
      const all = [
        viewer('u', 'tv'),
        viewer('v', 'tv'),
        viewer('u', 'phone'),
        viewer('u', 'tv', '/b'),
        viewer(undefined, 'tv'),
      ];
      for (const who of all) expect((await opened(store, ask(who))).fresh).toBe(true);
      expect(await store.list({ ...page, now: T0 })).toMatchObject({ total: 5 });
      expect(await store.list({ ...page, now: T0, uid: 'u' })).toMatchObject({ total: 3 });
      const [second] = (await store.list({ ...page, now: T0, limit: 1, offset: 1 })).sessions;
      expect(second?.stream).toBeDefined();
    });

    it('adds up what processes report, and counts a report that comes twice once', async () => {
      const store = await fresh();
      const open = ask(viewer('u', 'tv'));
      await store.open(open);
      const report = {
        reporter: 'a',
        sequence: (sequences += 1),
        now: T0 + 1000,
        idle: IDLE,
        sessions: [newsOf(open, T0 + 1000, 500, { rendition: '/live/720.m3u8', cmcd: { br: 3000, bs: true } })],
        cursor: 0,
      };
      await store.report(report);
      await store.report(report);
      await tell(store, T0 + 2000, [newsOf(open, T0 + 2000, 250)], 0, 'b');
      expect(await store.find({ id: open.session.id, now: T0 + 2000, idle: IDLE })).toMatchObject({
        ...open.session,
        bytes: 750,
        lastSeenAt: T0 + 2000,
        rendition: '/live/720.m3u8',
        cmcd: { br: 3000, bs: true },
      });
      expect(await store.traffic({ uid: 'u', limit: 10 })).toEqual([{ uid: 'u', bytes: 750, lastSeenAt: T0 + 2000 }]);
    });

    it('has the bitrate of a steady stream, whoever reports it, and lets it fade', async () => {
      const store = await fresh();
      const open = ask(viewer('u', 'tv'));
      await store.open(open);
      for (let second = 1; second <= 120; second += 1)
        await tell(store, T0 + second * 1000, [newsOf(open, T0 + second * 1000, 125_000)], 0, second % 2 ? 'a' : 'b');
      const rate = async (now: number) => (await store.list({ ...page, now })).sessions[0]?.bitrate ?? 0;
      expect(await rate(T0 + 120_000)).toBeGreaterThan(900_000);
      expect(await rate(T0 + 120_000)).toBeLessThan(1_100_000);
      expect(await rate(T0 + 200_000)).toBeLessThan(50_000);
    });

    it('takes up a session that it does not know from what is reported of it', async () => {
      const store = await fresh();
      const open = ask(viewer('u', 'tv'));
      await tell(store, T0, [newsOf(open, T0, 10)]);
      expect(await store.find({ id: open.session.id, now: T0, idle: IDLE })).toMatchObject({ uid: 'u', bytes: 10 });
      expect((await opened(store, ask(viewer('u', 'tv')))).session.id).toBe(open.session.id);
    });

    it('forgets what is idle, and lists it no more', async () => {
      const store = await fresh();
      const open = ask(viewer('u', 'tv'));
      await store.open(open);
      expect(await store.find({ id: open.session.id, now: T0 + IDLE - 1, idle: IDLE })).toBeDefined();
      expect(await store.find({ id: open.session.id, now: T0 + IDLE, idle: IDLE })).toBeUndefined();
      expect(await store.list({ ...page, now: T0 + IDLE })).toEqual({ sessions: [], total: 0 });
      await tell(store, T0 + IDLE, []);
      expect(await store.end({ id: 'no such session', now: T0 })).toBe(false);
    });

    it('ends a session for good, tells all who ask what is new, once, and still counts its bytes', async () => {
      const store = await fresh();
      const open = ask(viewer('u', 'tv'));
      await store.open(open);
      const before = await tell(store, T0, []);
      expect(before.ended).toEqual([]);
      expect(await store.end({ id: open.session.id, now: T0 + 10 })).toBe(true);
      expect(await store.end({ id: open.session.id, now: T0 + 10 })).toBe(false);
      expect(await store.find({ id: open.session.id, now: T0 + 10, idle: IDLE })).toBe('ended');
      const news = await tell(store, T0 + 20, [newsOf(open, T0 + 20, 7)], before.cursor);
      expect(news.ended).toEqual([open.session.id]);
      expect((await tell(store, T0 + 30, [], news.cursor)).ended).toEqual([]);
      expect(await store.find({ id: open.session.id, now: T0 + 20, idle: IDLE })).toBe('ended');
      expect(await store.list({ ...page, now: T0 + 20 })).toMatchObject({ total: 0 });
      expect(await store.traffic({ uid: 'u', limit: 1 })).toMatchObject([{ bytes: 7 }]);
      expect((await opened(store, ask(viewer('u', 'tv'), T0 + 40))).session.id).not.toBe(open.session.id);
    });
  });

  describe(`the ${name} session store: limits`, () => {
    it('has a bound, beyond which the session seen longest ago is forgotten', async () => {
      const store = await fresh();
      const first = ask(viewer(undefined, 'first'));
      await store.open(first);
      for (let count = 1; count <= 30; count += 1) await store.open(ask(viewer(undefined, `d${count}`), T0 + count));
      expect(await store.list({ ...page, now: T0 + 30 })).toMatchObject({ total: 25 });
      expect(await store.find({ id: first.session.id, now: T0 + 30, idle: IDLE })).toBeUndefined();
    });

    it('allows a user as many sessions as they may have, until one goes idle', async () => {
      const store = await fresh();
      const maxPerUser = 2;
      for (const device of ['tv', 'phone']) await opened(store, ask(viewer('u', device), T0, { maxPerUser }));
      expect(await store.open(ask(viewer('u', 'tablet'), T0, { maxPerUser }))).toEqual({ kind: 'too-many' });
      expect((await opened(store, ask(viewer('v', 'tablet'), T0, { maxPerUser }))).fresh).toBe(true);
      expect((await opened(store, ask(viewer('u', 'tv'), T0 + 1, { maxPerUser }))).fresh).toBe(false);
      expect((await opened(store, ask(viewer('u', 'tablet'), T0 + IDLE, { maxPerUser }))).fresh).toBe(true);
    });

    it('ends the oldest session of the same device for a new one, rather than refusing a viewer who zaps', async () => {
      const store = await fresh();
      const maxPerUser = 1;
      const first = await opened(store, ask(viewer('u', 'tv', '/a'), T0, { maxPerUser }));
      const second = await opened(store, ask(viewer('u', 'tv', '/b'), T0 + 1, { maxPerUser }));
      expect(second.superseded).toEqual([first.session.id]);
      expect(await store.find({ id: first.session.id, now: T0 + 1, idle: IDLE })).toBe('ended');
      expect(await store.list({ ...page, now: T0 + 1, uid: 'u' })).toMatchObject({ total: 1 });
    });

    it('is right when many ask at once', async () => {
      const store = await fresh();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.open(ask(viewer('u', `d${index}`), T0, { maxPerUser: 3 }))),
      );
      expect(answers.filter(({ kind }) => kind === 'opened')).toHaveLength(3);
      const same = await Promise.all(Array.from({ length: 10 }, () => opened(store, ask(viewer('w', 'tv')))));
      expect(new Set(same.map(({ session }) => session.id)).size).toBe(1);
    });

    it('lets a limited token open so many sessions, and no reload counts', async () => {
      const store = await fresh();
      const use = { name: 'token', limit: 1, lifetime: 60_000 };
      expect(await opened(store, ask(viewer('u', 'tv'), T0, { use }))).toMatchObject({ fresh: true });
      expect(await opened(store, ask(viewer('u', 'tv'), T0 + 1, { use }))).toMatchObject({ fresh: false });
      expect(await store.open(ask(viewer('u', 'stranger'), T0 + 1, { use }))).toEqual({ kind: 'used-up' });
    });

    it('counts uses by name, until the time is over', async () => {
      const store = await fresh();
      const use = (now: number, name = 'key') => store.use({ name, limit: 2, lifetime: 60_000, now });
      expect(await Promise.all([use(T0), use(T0), use(T0)])).toEqual([true, true, false]);
      expect(await use(T0, 'other')).toBe(true);
      expect(await use(T0 + 59_999)).toBe(false);
      expect(await use(T0 + 60_000)).toBe(true);
    });
  });

  it(`the ${name} session store agrees on the first secret that was proposed`, async () => {
    const store = await fresh();
    const answers = await Promise.all(['a', 'b', 'c'].map((proposed) => store.secret({ proposed })));
    expect(new Set(answers).size).toBe(1);
    expect(await store.secret({ proposed: 'd' })).toBe(answers[0]);
  });

  describe(`the ${name} session store: the allow list`, () => {
    const entry = (id: string, more: object = {}) => ({
      id,
      uid: 'u',
      path: '/live',
      address: '192.0.2.1',
      userAgent: undefined,
      createdAt: T0,
      expiresAt: undefined,
      ...more,
    });

    it('keeps entries until they end or are removed, and says when it has changed', async () => {
      const store = await fresh();
      const version = async () => (await tell(store, T0, [])).allowListVersion;
      const before = await version();
      expect(await store.allow(entry('a'))).toBe(true);
      expect(await store.allow(entry('b', { expiresAt: T0 + 10, userAgent: 'P' }))).toBe(true);
      expect(await version()).not.toBe(before);
      expect((await store.allowed({ now: T0 })).toSorted((x, y) => (x.id < y.id ? -1 : 1))).toEqual([
        entry('a'),
        entry('b', { expiresAt: T0 + 10, userAgent: 'P' }),
      ]);
      expect(await store.allowed({ now: T0 + 10 })).toEqual([entry('a')]);
      expect(await store.disallow({ id: 'a', now: T0 })).toBe(true);
      expect(await store.disallow({ id: 'a', now: T0 })).toBe(false);
      expect(await store.allowed({ now: T0 + 10 })).toEqual([]);
    });

    it('ends the sessions that an entry let in when it is removed', async () => {
      const store = await fresh();
      await store.allow(entry('a'));
      const open = ask({ ...viewer('u', 'tv'), allowedBy: 'a' } as unknown as ReturnType<typeof viewer>);
      const other = ask(viewer('u', 'phone'));
      for (const each of [open, other]) await store.open(each);
      await store.disallow({ id: 'a', now: T0 });
      expect(await store.find({ id: open.session.id, now: T0, idle: IDLE })).toBe('ended');
      expect(await store.find({ id: other.session.id, now: T0, idle: IDLE })).toMatchObject({ uid: 'u' });
    });

    it('has a bound, for which what has ended makes room', async () => {
      const store = await fresh();
      for (const id of ['a', 'b']) await store.allow(entry(id));
      await store.allow(entry('c', { expiresAt: T0 + 10 }));
      expect(await store.allow(entry('d'))).toBe(false);
      expect(await store.allow(entry('d', { createdAt: T0 + 10 }))).toBe(true);
      expect(await store.allowed({ now: T0 + 10 })).toHaveLength(3);
    });
  });

  describe(`the ${name} session store: traffic`, () => {
    const bytesOf = async (store: SessionStore, counts: Readonly<Record<string, number>>) => {
      for (const [uid, bytes] of Object.entries(counts)) {
        const open = ask(viewer(uid === '' ? undefined : uid, 'tv'));
        await tell(store, T0, [newsOf(open, T0, bytes)]);
      }
    };
    let batches = 0;
    const take = (store: SessionStore, reporter = 'node') =>
      store.takeTraffic({ id: `batch-${(batches += 1)}`, reporter, lease: 60_000, now: T0 });

    it('lists bytes a user, most first, those of viewers without one too', async () => {
      const store = await fresh();
      await bytesOf(store, { u: 5, v: 20, '': 10 });
      expect((await store.traffic({ uid: undefined, limit: 2 })).map(({ uid, bytes }) => [uid, bytes])).toEqual([
        ['v', 20],
        [undefined, 10],
      ]);
      expect(await store.traffic({ uid: 'nobody', limit: 2 })).toEqual([]);
    });

    it('gives the same batch until it is settled, and what came meanwhile in the next', async () => {
      const store = await fresh();
      expect(await take(store)).toBeUndefined();
      await bytesOf(store, { u: 5, '': 1 });
      const batch = await take(store);
      expect(batch).toMatchObject({ takenAt: T0, unattributedBytes: 0 });
      expect(new Set(batch?.users)).toEqual(
        new Set([
          { uid: 'u', bytes: 5 },
          { uid: undefined, bytes: 1 },
        ]),
      );
      await bytesOf(store, { u: 7 });
      expect(await take(store)).toEqual(batch);
      await store.settleTraffic({ id: 'another batch' });
      expect(await take(store)).toEqual(batch);
      await store.settleTraffic({ id: batch?.id ?? '' });
      expect(await take(store)).toMatchObject({ users: [{ uid: 'u', bytes: 7 }] });
    });

    it('adds up without names what it has no room to tell apart', async () => {
      const store = await fresh();
      const users = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`user-${index}`, 10]));
      await bytesOf(store, users);
      await bytesOf(store, users);
      const batch = await take(store);
      expect(batch?.users).toHaveLength(10);
      expect(batch?.users.every(({ bytes }) => bytes === 20)).toBe(true);
      expect(batch?.unattributedBytes).toBe(40);
    });
  });
};
