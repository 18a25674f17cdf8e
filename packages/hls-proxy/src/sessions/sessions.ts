import { createHash, randomUUID } from 'node:crypto';
import { Problem } from '@forebay/reverse-proxy';
import { AllowedViewers } from './allowed-viewers.js';
import type { Cmcd } from './cmcd.js';
import { InFlight } from './in-flight.js';
import { LiveSession, type Surroundings } from './live-session.js';
import { playerOf } from './player.js';
import { notAllowed } from './not-allowed.js';
import { createReporter } from './reporter.js';
import { resolveSessionsOptions, type SessionsOptions } from './sessions-options.js';
import type { SessionHandle } from './session-handle.js';
import type { SessionIdentity } from './session-record.js';
import type { AllowedViewer, SessionStore, StoreState, UseLimit } from './store.js';

/** Who asks, and with what right. */
export interface Viewer {
  readonly uid: string | undefined;
  readonly address: string;
  readonly userAgent: string | undefined;
  /** Path below the mount. */
  readonly stream: string;
  readonly allowedBy: string | undefined;
  readonly expiresAt: number | undefined;
  readonly cmcd: Cmcd | undefined;
}

/** The sessions of one process, in step with those of all others through the store. */
export interface Sessions {
  readonly store: SessionStore;
  /** A session that asks for nothing this long is over, ms. */
  readonly idle: number;
  /** `lost`: the store cannot be reached; known sessions go on, new ones are judged by what is known here. */
  state(): StoreState;
  /**
   * The viewer's session, found or made.
   *
   * @throws {Problem} 429 when the user has as many as they may; 403 when the token has been used as often as it may
   */
  open(viewer: Viewer, use?: UseLimit): SessionHandle | Promise<SessionHandle>;
  /** The session of a grant; at once if it is known here. Undefined if it was ended. */
  resume(id: string, viewer: Viewer): SessionHandle | undefined | Promise<SessionHandle | undefined>;
  /** Counts a use, where all agree; by what is known here while the store cannot be reached. */
  use(limit: UseLimit): Promise<boolean>;
  allowed(address: string, path: string, userAgent: string | undefined): AllowedViewer | undefined;
  /** Ends a session everywhere: here at once, elsewhere within a second. False if there is none. */
  end(id: string): Promise<boolean>;
  /** Another process says that a session was ended. */
  heardEnd(id: string): void;
  /** Hears of every session that was ended, wherever that was. Returns what stops hearing. */
  onEnd(listener: (id: string) => void): () => void;
  /** Tells the store now, and learns what is new, the allow list included. Rejects if the store cannot be reached. */
  flush(): Promise<void>;
  /** What is remembered here, counted. */
  readonly size: number;
  /** Bytes that could not be told to the store, and for which there was no more room. */
  readonly droppedBytes: number;
  /** Tells the store for the last time. The store stays open: it is whoever made it who closes it. */
  close(): Promise<void>;
}

const digest = (...parts: readonly (string | undefined)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);

/**
 * Makes the sessions of one process. What costs a question to the store is a viewer without a grant, and the first
 * request of a session that was made elsewhere; everything else is a look-up here.
 *
 * @throws {RangeError} naming the option that is wrong
 */
export const createSessions = (given: SessionsOptions): Sessions => {
  const options = resolveSessionsOptions(given);
  const { store, clock, idle } = options;
  const around: Surroundings = { ...options, addresses: new InFlight() };
  const live = new Map<string, LiveSession>();
  const byViewer = new Map<string, string>();
  const asked = new Map<string, Promise<LiveSession | undefined>>();
  const listeners = new Set<(id: string) => void>();
  const allowList = new AllowedViewers();

  const adopt = (identity: SessionIdentity): LiveSession => {
    const known = live.get(identity.id);
    if (known !== undefined) return known;
    const session = new LiveSession(identity, around);
    live.set(identity.id, session);
    byViewer.set(identity.viewer, identity.id);
    reporter.makeRoom();
    return session;
  };

  const heardEnd = (id: string): void => {
    const session = live.get(id);
    if (session?.ended === true) return;
    session?.end();
    for (const listener of listeners) listener(id);
  };

  const reporter = createReporter({
    id: randomUUID(),
    options,
    live,
    forget: (session) => {
      live.delete(session.id);
      const { viewer } = session.identity;
      if (byViewer.get(viewer) === session.id) byViewer.delete(viewer);
    },
    heardEnd,
    allowListChanged: async () => allowList.replace(await store.allowed({ now: clock() })),
  });

  const viewerOf = ({ uid, address, userAgent, stream }: Viewer): string => digest(uid, address, userAgent, stream);

  const identify = (id: string, viewer: Viewer): SessionIdentity => {
    const { uid, address, userAgent, stream, allowedBy, expiresAt } = viewer;
    return {
      id,
      uid,
      address,
      userAgent: userAgent?.slice(0, 512),
      ...playerOf(userAgent),
      stream,
      allowedBy,
      expiresAt,
      viewer: viewerOf(viewer),
      device: digest(uid, address, userAgent),
      startedAt: clock(),
    };
  };

  const seen = (session: LiveSession, viewer: Viewer): LiveSession => {
    session.seen(clock(), viewer.cmcd);
    return session;
  };

  const knownOf = (viewer: string): LiveSession | undefined => {
    const session = live.get(byViewer.get(viewer) ?? '');
    return session === undefined || session.ended || session.lastSeenAt + idle <= clock() ? undefined : session;
  };

  /** What one process can tell by itself. */
  const openAlone = (identity: SessionIdentity): LiveSession => {
    if (identity.uid === undefined || options.maxPerUser === undefined) return adopt(identity);
    const own = [...live.values()].filter(({ uid, ended }) => uid === identity.uid && !ended);
    if (own.length >= options.maxPerUser) throw tooMany();
    return adopt(identity);
  };

  const openTogether = async (viewer: Viewer, identity: SessionIdentity, use?: UseLimit): Promise<LiveSession> => {
    const ask = { session: identity, now: clock(), idle, maxPerUser: options.maxPerUser, use };
    const answer = await store.open(ask).catch(() => undefined);
    if (answer === undefined) {
      if (use !== undefined && !reporter.useAlone(use)) throw notAllowed();
      return seen(openAlone(identity), viewer);
    }
    if (answer.kind === 'too-many') throw tooMany();
    if (answer.kind === 'used-up') throw notAllowed();
    answer.superseded.forEach(heardEnd);
    return seen(adopt(answer.session), viewer);
  };

  const look = async (id: string, viewer: Viewer): Promise<LiveSession | undefined> => {
    // Without the store, a grant that this proxy signed is word enough.
    const found = await store.find({ id, now: clock(), idle }).catch(() => undefined);
    return found === 'ended' ? undefined : adopt(found ?? identify(id, viewer));
  };

  return {
    store,
    idle,
    state: () => (store.state() === 'connected' && !reporter.failing ? 'connected' : 'lost'),
    open(viewer, use) {
      const known = knownOf(viewerOf(viewer));
      return known === undefined ? openTogether(viewer, identify(options.newId(), viewer), use) : seen(known, viewer);
    },
    resume(id, viewer) {
      const known = live.get(id);
      if (known !== undefined) return known.ended ? undefined : seen(known, viewer);
      const under = asked.get(id) ?? look(id, viewer).finally(() => asked.delete(id));
      asked.set(id, under);
      return under.then((session) => (session === undefined || session.ended ? undefined : seen(session, viewer)));
    },
    use: (limit) => store.use({ ...limit, now: clock() }).catch(() => reporter.useAlone(limit)),
    allowed: (address, path, userAgent) => allowList.find(address, path, userAgent, clock()),
    async end(id) {
      const ended = await store.end({ id, now: clock() });
      if (ended) heardEnd(id);
      return ended;
    },
    heardEnd,
    onEnd(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    flush: () => reporter.flush(),
    get size() {
      return live.size + byViewer.size + asked.size + reporter.size;
    },
    get droppedBytes() {
      return reporter.droppedBytes;
    },
    close: () => reporter.close(),
  };
};

const tooMany = (): Problem =>
  new Problem(429, 'too-many-sessions', 'the user watches on as many devices as they may', { retryAfterMs: 30_000 });
