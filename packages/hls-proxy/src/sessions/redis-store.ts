import { redisConnection, type RedisConnection, type RedisConnectionOptions } from '@forebay/cache-tiers/redis';
import type { Cmcd } from './cmcd.js';
import * as scripts from './redis-scripts.js';
import { fadedRate, type SessionIdentity, type SessionNews, type SessionRecord } from './session-record.js';
import { ENDED_FOR, ENDED_NEWS, type AllowedViewer, type SessionStore } from './store.js';

export interface RedisSessionStoreOptions extends RedisConnectionOptions {
  /** A connection to share; whoever made it closes it. @default one of its own, from the other options */
  readonly connection?: RedisConnection | undefined;
  /** Sessions at once; the one seen longest ago is forgotten first. @default 100000 */
  readonly maxSessions?: number | undefined;
  /** Users whose bytes are kept; the one seen longest ago is forgotten first. @default 100000 */
  readonly maxUsers?: number | undefined;
  /** Users whose unreported bytes are told apart; those of more are reported in one sum. @default 10000 */
  readonly maxUnsentUsers?: number | undefined;
  /** @default 10000 */
  readonly maxAllowed?: number | undefined;
}

/** What a session is kept for beyond its idle time, as a factor: it is told apart by time, and then removed by Redis. */
const KEEP = 2;

type Fields = ReadonlyMap<string, string>;

const fieldsOf = (flat: readonly string[]): Fields => {
  const fields = new Map<string, string>();
  for (let index = 0; index + 1 < flat.length; index += 2) fields.set(flat[index] ?? '', flat[index + 1] ?? '');
  return fields;
};

// What is read was written here, under names that nobody else uses.
// oxlint-disable typescript/no-unsafe-type-assertion
const recordOf = (flat: readonly string[]): SessionRecord | undefined => {
  const fields = fieldsOf(flat);
  const identity = fields.get('identity');
  if (identity === undefined) return undefined;
  const cmcd = fields.get('cmcd');
  const known = JSON.parse(identity) as SessionIdentity;
  return {
    ...known,
    uid: known.uid,
    userAgent: known.userAgent,
    browser: known.browser,
    allowedBy: known.allowedBy,
    expiresAt: known.expiresAt,
    lastSeenAt: Number(fields.get('seen')),
    rendition: fields.get('rendition'),
    bytes: Number(fields.get('bytes') ?? 0),
    bitrate: Number(fields.get('rate') ?? 0),
    cmcd: cmcd === undefined ? undefined : (JSON.parse(cmcd) as Cmcd),
  };
};

const identityOf = (session: SessionIdentity): string =>
  JSON.stringify({
    id: session.id,
    uid: session.uid,
    address: session.address,
    userAgent: session.userAgent,
    player: session.player,
    browser: session.browser,
    stream: session.stream,
    viewer: session.viewer,
    device: session.device,
    allowedBy: session.allowedBy,
    expiresAt: session.expiresAt,
    startedAt: session.startedAt,
  });

const newsOf = (news: SessionNews): (string | number)[] => [
  news.id,
  identityOf(news),
  news.viewer,
  news.device,
  news.uid ?? '',
  news.expiresAt ?? '',
  news.allowedBy ?? '',
  news.lastSeenAt,
  news.rendition ?? '',
  news.bytes,
  news.cmcd === undefined ? '' : JSON.stringify(news.cmcd),
];

/**
 * Makes a store that all nodes with the same Redis share. Everything of it is in one slot, so that each operation is one
 * script; workers talk to it about once a second each.
 */
export const redisSessionStore = (options: RedisSessionStoreOptions = {}): SessionStore => {
  const {
    connection: shared,
    maxSessions = 100_000,
    maxUsers = 100_000,
    maxUnsentUsers = 10_000,
    maxAllowed = 10_000,
    ...own
  } = options;
  const connection = shared ?? redisConnection(own);
  const base = `${connection.names.prefix}{hls}`;

  const run = (script: string, ...args: readonly (string | number)[]): Promise<unknown> =>
    connection.write(base, (redis) => redis.eval(script, 1, base, ...args));

  return {
    state: () => (connection.state() === 'connected' || connection.state() === 'fallback' ? 'connected' : 'lost'),
    open: async ({ session, now, idle, maxPerUser, use }) => {
      const [kind, fields, superseded] = (await run(
        scripts.OPEN,
        now,
        idle,
        Math.ceil(idle * KEEP),
        session.id,
        identityOf(session),
        session.viewer,
        session.device,
        session.uid ?? '',
        session.expiresAt ?? '',
        session.allowedBy ?? '',
        maxPerUser ?? 0,
        use?.name ?? '',
        use?.limit ?? 0,
        Math.ceil(use?.lifetime ?? 0),
        ENDED_FOR,
        maxSessions,
      )) as [string, string[]?, string[]?];
      if (kind === 'too-many' || kind === 'used-up') return { kind };
      const record = recordOf(fields ?? []);
      if (record === undefined) throw new Error('the session that was just opened is gone');
      return { kind: 'opened', session: record, fresh: kind === 'fresh', superseded: superseded ?? [] };
    },
    find: async ({ id, now, idle }) => {
      const [kind, fields] = (await run(scripts.FIND, id)) as [string, string[]?];
      if (kind === 'ended') return 'ended';
      const record = recordOf(fields ?? []);
      return record === undefined || record.lastSeenAt + idle <= now ? undefined : record;
    },
    report: async ({ reporter, sequence, now, idle, sessions, cursor }) => {
      const [ended, version] = (await run(
        scripts.REPORT,
        now,
        idle,
        Math.ceil(idle * KEEP),
        reporter,
        sequence,
        cursor,
        ENDED_NEWS,
        maxUsers,
        maxUnsentUsers,
        ...sessions.flatMap(newsOf),
      )) as [string[], string];
      const times = ended.filter((_, index) => index % 2 === 1).map(Number);
      return {
        ended: ended.filter((_, index) => index % 2 === 0),
        cursor: times.at(-1) ?? cursor,
        allowListVersion: Number(version),
      };
    },
    list: async ({ now, idle, uid, limit, offset }) => {
      const [total, found] = (await run(scripts.LIST, now, idle, uid ?? '', limit, offset)) as [number, string[][]];
      const sessions = found.flatMap((fields) => recordOf(fields) ?? []);
      return {
        sessions: sessions.map((one) => ({ ...one, bitrate: fadedRate(one.bitrate, now - one.lastSeenAt, 0) })),
        total,
      };
    },
    end: async ({ id, now }) => (await run(scripts.END, id, now, ENDED_FOR)) === 1,
    use: async ({ name, limit, lifetime, now }) =>
      (await run(scripts.USE, name, limit, Math.ceil(lifetime), now)) === 1,
    allow: async (entry) =>
      (await run(scripts.ALLOW, entry.id, JSON.stringify(entry), maxAllowed, entry.createdAt)) === 1,
    disallow: async ({ id, now }) => (await run(scripts.DISALLOW, id, now, ENDED_FOR)) === 1,
    allowed: async ({ now }) => {
      const entries = await connection.read(base, (redis) => redis.hvals(`${base}:allow`));
      return entries
        .map((text) => JSON.parse(text) as AllowedViewer)
        .map((entry) => ({ ...entry, userAgent: entry.userAgent, expiresAt: entry.expiresAt }))
        .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
    },
    traffic: async ({ uid, limit }) => {
      const users = (await run(scripts.TRAFFIC, uid ?? '', uid === undefined ? 0 : 1)) as [string, string, string][];
      return users
        .map(([name, bytes, time]) => ({ uid: name || undefined, bytes: Number(bytes), lastSeenAt: Number(time) }))
        .toSorted((a, b) => b.bytes - a.bytes)
        .slice(0, limit);
    },
    takeTraffic: async ({ id, reporter, lease, now }) => {
      const taken = (await run(scripts.TAKE, id, reporter, lease, now)) as [string, string, string[], string] | null;
      if (taken === null) return undefined;
      const [batch, at, users, rest] = taken;
      return {
        id: batch,
        takenAt: Number(at),
        users: [...fieldsOf(users)].map(([name, bytes]) => ({ uid: name || undefined, bytes: Number(bytes) })),
        unattributedBytes: Number(rest),
      };
    },
    settleTraffic: async ({ id }) => {
      await run(scripts.SETTLE, id);
    },
    secret: async ({ proposed }) => String(await run(scripts.SECRET, proposed)),
    close: async () => {
      if (shared === undefined) await connection.close();
    },
  };
};
