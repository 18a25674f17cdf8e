import { MemorySessions } from './memory-sessions.js';
import { MemoryTraffic, type UnsentTraffic } from './memory-traffic.js';
import { MemoryUses } from './memory-uses.js';
import type { AllowedViewer, SessionStore } from './store.js';

export interface MemorySessionStoreOptions {
  /** Sessions at once; the one seen longest ago is forgotten first. @default 100000 */
  readonly maxSessions?: number | undefined;
  /** Users whose unreported bytes are told apart; those of more are reported in one sum. @default 10000 */
  readonly maxUnsentUsers?: number | undefined;
  /** @default 10000 */
  readonly maxAllowed?: number | undefined;
}

/** A store in this process, for all of whom it has the sessions. */
export interface MemorySessionStore extends SessionStore {
  /** What has not been reported, to be kept over a restart. */
  unsentTraffic(): UnsentTraffic;
  restoreTraffic(unsent: UnsentTraffic): void;
  /** Everything that it remembers, counted. */
  readonly size: number;
}

/** Reporters remembered: more than there are ever workers. */
const MOST_REPORTERS = 10_000;

const atLeastOne = (name: string, value: number): number => {
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`Option ${name} is ${String(value)}, must be a whole number above 0`);
  return value;
};

/**
 * Makes a store that keeps everything in memory, within bounds.
 *
 * @throws {RangeError} naming the option that is wrong
 */
export const memorySessionStore = (options: MemorySessionStoreOptions = {}): MemorySessionStore => {
  const most = atLeastOne('maxSessions', options.maxSessions ?? 100_000);
  const mostAllowed = atLeastOne('maxAllowed', options.maxAllowed ?? 10_000);
  const sessions = new MemorySessions(most);
  const uses = new MemoryUses(most);
  const traffic = new MemoryTraffic({
    mostTotals: most,
    mostPending: atLeastOne('maxUnsentUsers', options.maxUnsentUsers ?? 10_000),
  });
  const sequences = new Map<string, number>();
  const allowList = new Map<string, AllowedViewer>();
  let allowListVersion = 1;
  let secret: string | undefined;

  /** Whether the report is new. */
  const isNew = (reporter: string, sequence: number): boolean => {
    if (sequence <= (sequences.get(reporter) ?? 0)) return false;
    sequences.delete(reporter);
    sequences.set(reporter, sequence);
    if (sequences.size > MOST_REPORTERS) sequences.delete(sequences.keys().next().value ?? '');
    return true;
  };

  const dropExpired = (now: number): void => {
    for (const [id, { expiresAt }] of allowList) {
      if (expiresAt === undefined || expiresAt > now) continue;
      allowList.delete(id);
      allowListVersion += 1;
    }
  };

  return {
    state: () => 'connected',
    open: async (ask) => {
      const known = sessions.ofViewer(ask.session.viewer, ask.now, ask.idle);
      if (known !== undefined) return { kind: 'opened', session: known, fresh: false, superseded: [] };
      const superseded = sessions.makeRoomFor(ask);
      if (superseded === undefined) return { kind: 'too-many' };
      if (ask.use !== undefined && !uses.use(ask.use, ask.now)) return { kind: 'used-up' };
      for (const id of superseded) sessions.end(id, ask.now);
      return { kind: 'opened', session: sessions.add(ask.session, ask.now), fresh: true, superseded };
    },
    find: async ({ id, now, idle }) => sessions.find(id, now, idle),
    report: async ({ reporter, sequence, now, idle, sessions: news, cursor }) => {
      if (news.length > 0 && isNew(reporter, sequence)) {
        for (const item of news) {
          sessions.take(item, now);
          traffic.add(item.uid, item.bytes, now);
        }
      }
      sessions.sweep(now, idle);
      uses.sweep(now);
      dropExpired(now);
      return { ...sessions.endedSince(cursor), allowListVersion };
    },
    list: async (ask) => sessions.page(ask),
    end: async ({ id, now }) => sessions.end(id, now),
    use: async ({ now, ...limit }) => uses.use(limit, now),
    allow: async (entry) => {
      dropExpired(entry.createdAt);
      if (allowList.size >= mostAllowed && !allowList.has(entry.id)) return false;
      allowList.set(entry.id, entry);
      allowListVersion += 1;
      return true;
    },
    disallow: async ({ id, now }) => {
      if (!allowList.delete(id)) return false;
      allowListVersion += 1;
      sessions.endAllowedBy(id, now);
      return true;
    },
    allowed: async ({ now }) => {
      dropExpired(now);
      return [...allowList.values()];
    },
    traffic: async ({ uid, limit }) => traffic.totals(uid, limit),
    takeTraffic: async ({ id, now }) => traffic.take(id, now),
    settleTraffic: async ({ id }) => traffic.settle(id),
    secret: async ({ proposed }) => (secret ??= proposed),
    close: async () => undefined,
    unsentTraffic: () => traffic.unsent(),
    restoreTraffic: (unsent) => traffic.restore(unsent),
    get size() {
      return sessions.size + uses.size + traffic.size + sequences.size + allowList.size;
    },
  };
};
