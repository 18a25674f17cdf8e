import { createSessions, memorySessionStore, type Sessions, type SessionStore, type Viewer } from '@forebay/hls-proxy';
import { afterEach, describe, expect, it } from 'vitest';

const T0 = 1_700_000_000_000;
const IDLE = 90_000;
const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

let now = T0;
const made: Sessions[] = [];
afterEach(async () => {
  now = T0;
  await Promise.all(made.splice(0).map((sessions) => sessions.close()));
});

/** One process' sessions; only `flush` talks to the store. */
const processOf = (store: SessionStore, more: object = {}): Sessions => {
  const sessions = createSessions({ store, idle: IDLE, flushInterval: 0, clock: () => now, ...more });
  made.push(sessions);
  return sessions;
};

const viewer = (more: Partial<Viewer> = {}): Viewer => ({
  uid: 'u',
  address: '192.0.2.1',
  userAgent: CHROME,
  stream: '/live/a.m3u8',
  allowedBy: undefined,
  expiresAt: undefined,
  cmcd: undefined,
  ...more,
});
const listed = async (store: SessionStore) =>
  (await store.list({ now, idle: IDLE, uid: undefined, limit: 100, offset: 0 })).sessions;

/** A store that can be cut off. */
const cuttable = (store: SessionStore = memorySessionStore()) => {
  const state = { cut: false, lossy: false };
  const guarded = new Proxy(store, {
    get: (target, name: keyof SessionStore) => {
      if (name === 'state') return () => (state.cut ? 'lost' : 'connected');
      const operation = target[name] as (input: unknown) => Promise<unknown>;
      return async (input: unknown) => {
        if (state.cut) throw new Error('away');
        const answer = await operation.call(target, input);
        if (state.lossy) throw new Error('the answer was lost');
        return answer;
      };
    },
  });
  return { store: guarded, state };
};

describe('sessions', () => {
  it('are one a viewer: the same for a reload, from whatever process it is asked', async () => {
    const store = memorySessionStore();
    const [a, b] = [processOf(store), processOf(store)];
    const first = await a.open(viewer());
    expect(a.open(viewer())).toBe(first);
    expect((await b.open(viewer())).id).toBe(first.id);
    expect((await b.open(viewer({ address: '192.0.2.2' }))).id).not.toBe(first.id);
    expect(first).toMatchObject({ uid: 'u', stream: '/live/a.m3u8', ended: false });
  });

  it('are resumed by their id, at once where they are known, after one question where they are not', async () => {
    const store = memorySessionStore();
    const [a, b] = [processOf(store), processOf(store)];
    const first = await a.open(viewer());
    expect(a.resume(first.id, viewer())).toBe(first);
    const asked = b.resume(first.id, viewer({ stream: '/x.ts' }));
    const again = b.resume(first.id, viewer({ stream: '/y.ts' }));
    expect(asked).toBeInstanceOf(Promise);
    const [one, two] = [await asked, await again];
    expect(one).toBe(two);
    expect(one?.stream).toBe('/live/a.m3u8');
    expect(b.resume(first.id, viewer())).toBe(one);
  });

  it('tell the store what they saw: bytes, rendition, player, CMCD', async () => {
    const store = memorySessionStore();
    const a = processOf(store);
    const session = await a.open(viewer());
    session.addBytes(1000);
    session.addBytes(500);
    session.watching('/live/720.m3u8');
    await a.resume(session.id, viewer({ cmcd: { br: 2000 } }));
    now += 1000;
    await a.flush();
    expect(await listed(store)).toMatchObject([
      {
        id: session.id,
        bytes: 1500,
        rendition: '/live/720.m3u8',
        player: 'browser',
        browser: 'chrome',
        cmcd: { br: 2000 },
      },
    ]);
    await a.flush();
    expect(await listed(store)).toMatchObject([{ bytes: 1500 }]);
  });

  it('outlive their idle time while a transfer is under way, and no longer', async () => {
    const store = memorySessionStore();
    const a = processOf(store);
    const session = await a.open(viewer());
    const over = session.begin();
    for (let minute = 0; minute < 10; minute += 1) {
      now += 60_000;
      await a.flush();
    }
    expect(await listed(store)).toHaveLength(1);
    over();
    over();
    now += IDLE;
    await a.flush();
    expect(await listed(store)).toHaveLength(0);
    await a.flush();
    expect(a.size).toBe(0);
  });

  it('go on with the same id and user after a long pause, by the word of the grant', async () => {
    const a = processOf(memorySessionStore());
    const { id } = await a.open(viewer());
    now += 10 * IDLE;
    await a.flush();
    const session = await a.resume(id, viewer({ stream: '/live/seg.ts' }));
    expect(session).toMatchObject({ id, uid: 'u', ended: false });
  });

  it('end everywhere: at once where that is said, at the next flush elsewhere, for good', async () => {
    const store = memorySessionStore();
    const [a, b] = [processOf(store), processOf(store)];
    const here = await a.open(viewer());
    const there = await b.resume(here.id, viewer());
    const heard: string[] = [];
    a.onEnd((id) => heard.push(`a ${id}`));
    b.onEnd((id) => heard.push(`b ${id}`));
    here.onEnd(() => heard.push('transfer'));
    here.onEnd(() => heard.push('not any more'))();
    expect(await a.end(here.id)).toBe(true);
    expect(heard).toEqual(['transfer', `a ${here.id}`]);
    await b.flush();
    await b.flush();
    expect(heard).toEqual(['transfer', `a ${here.id}`, `b ${here.id}`]);
    expect(there?.ended).toBe(true);
    expect(await a.resume(here.id, viewer())).toBeUndefined();
    expect(await processOf(store).resume(here.id, viewer())).toBeUndefined();
    expect(await a.end(here.id)).toBe(false);
    let late = false;
    here.onEnd(() => (late = true));
    expect(late).toBe(true);
  });

  it('know after a flush what was decided before it was asked for, although another was under way', async () => {
    const store = memorySessionStore();
    const a = processOf(store);
    const underWay = a.flush();
    await store.allow({
      id: 'entry',
      uid: 'guest',
      path: '/',
      address: '192.0.2.1',
      userAgent: undefined,
      createdAt: now,
      expiresAt: undefined,
    });
    await Promise.all([underWay, a.flush(), a.flush()]);
    expect(a.allowed('192.0.2.9', '/a', undefined)).toMatchObject({ uid: 'guest' });
  });

  it('have limits: requests of one session, of one address, sessions of one user', async () => {
    const a = processOf(memorySessionStore(), { maxPerSession: 2, maxPerAddress: 3, maxPerUser: 2 });
    const first = await a.open(viewer());
    const second = await a.open(viewer({ userAgent: 'another' }));
    const over = [first.begin(), first.begin()];
    expect(() => first.begin()).toThrow(expect.objectContaining({ status: 429, retryAfterMs: 1000 }));
    over.push(second.begin());
    expect(() => second.begin()).toThrow(expect.objectContaining({ status: 429 }));
    over[0]?.();
    second.begin()();
    await expect(a.open(viewer({ userAgent: 'a third' }))).rejects.toMatchObject({ status: 429 });
  });
});

describe('sessions whose store is away', () => {
  it('go on, are made by what is known here, and are told of once it is back, each byte once', async () => {
    const { store, state } = cuttable();
    const a = processOf(store, { maxPerUser: 2 });
    const session = await a.open(viewer());
    session.addBytes(100);
    state.cut = true;
    await expect(a.flush()).rejects.toThrow('away');
    expect(a.state()).toBe('lost');
    expect(a.resume(session.id, viewer())).toBe(session);
    const other = await a.open(viewer({ userAgent: 'another' }));
    await expect(a.open(viewer({ userAgent: 'a third' }))).rejects.toMatchObject({ status: 429 });
    other.addBytes(7);
    session.addBytes(11);
    await expect(a.flush()).rejects.toThrow('away');
    state.cut = false;
    await a.flush();
    expect(a.state()).toBe('connected');
    expect(new Map((await listed(store)).map(({ id, bytes }) => [id, bytes]))).toEqual(
      new Map([
        [session.id, 111],
        [other.id, 7],
      ]),
    );
  });

  it('count each byte once when it was the answer that got lost', async () => {
    const { store, state } = cuttable();
    const a = processOf(store);
    (await a.open(viewer())).addBytes(100);
    state.lossy = true;
    await expect(a.flush()).rejects.toThrow('lost');
    await expect(a.flush()).rejects.toThrow('lost');
    state.lossy = false;
    await a.flush();
    expect(await listed(store)).toMatchObject([{ bytes: 100 }]);
  });

  it('count uses here', async () => {
    const { store, state } = cuttable();
    state.cut = true;
    const a = processOf(store);
    const use = { name: 'key', limit: 2, lifetime: 1000 };
    expect([await a.use(use), await a.use(use), await a.use(use)]).toEqual([true, true, false]);
  });

  it('take no more room than they may, and say what they dropped', async () => {
    const { store, state } = cuttable();
    state.cut = true;
    const said: number[] = [];
    const a = processOf(store, { maxLocal: 10, onDropped: (bytes: number) => said.push(bytes) });
    for (let count = 0; count < 100; count += 1) (await a.open(viewer({ uid: `u${count}` }))).addBytes(10);
    expect(a.size).toBeLessThan(50);
    expect(a.droppedBytes).toBe(800);
    await expect(a.flush()).rejects.toThrow();
    state.cut = false;
    await a.flush();
    expect(said).toEqual([800]);
    expect((await listed(store)).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(200);
  });
});

describe('24 hours of sessions', () => {
  it('leave no growth', async () => {
    const store = memorySessionStore({ maxUnsentUsers: 100, maxSessions: 500 });
    const [a, b] = [processOf(store), processOf(store)];
    const sizes: number[] = [];
    let count = 0;
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      // Eight viewers come each minute, each watches something on both workers; some are ended, some use keys.
      for (let each = 0; each < 8; each += 1) {
        count += 1;
        const who = viewer({ uid: `user-${count}`, expiresAt: now + 3_600_000 });
        const session = await a.open(who, { name: `t${count}`, limit: 3, lifetime: 60_000 });
        const over = session.begin();
        session.addBytes(1_000_000);
        (await b.resume(session.id, who))?.addBytes(500_000);
        await b.use({ name: `k${count}`, limit: 8, lifetime: 60_000 });
        over();
        if (each === 0) await b.end(session.id);
        if (each === 1)
          await store.allow({
            id: `${count}`,
            uid: 'x',
            path: '/',
            address: '10.0.0.1',
            userAgent: undefined,
            createdAt: now,
            expiresAt: now + 600_000,
          });
      }
      now += 60_000;
      await a.flush();
      await b.flush();
      const batch = await store.takeTraffic({ id: `batch ${minute}`, reporter: 'r', lease: 1, now });
      if (batch !== undefined && minute % 3 !== 0) await store.settleTraffic({ id: batch.id });
      sizes.push(store.size + a.size + b.size);
    }
    const largest = (from: number, to: number): number => Math.max(...sizes.slice(from * 60, to * 60));
    expect(largest(22, 24)).toBeLessThanOrEqual(largest(2, 4) * 1.02);
    now += 2 * 3_600_000;
    for (const each of [a, b]) await each.flush();
    expect(a.size + b.size).toBe(0);
    expect(await listed(store)).toEqual([]);
  });
});
