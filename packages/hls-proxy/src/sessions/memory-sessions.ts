import { fadedRate, type SessionIdentity, type SessionNews, type SessionRecord } from './session-record.js';
import { ENDED_FOR, ENDED_NEWS, type OpenSession, type SessionStore } from './store.js';

interface Ended {
  readonly at: number;
  readonly until: number;
}

/** The sessions of all processes, in the order in which they were last seen. */
export class MemorySessions {
  readonly #live = new Map<string, SessionRecord>();
  readonly #byViewer = new Map<string, string>();
  readonly #byUser = new Map<string, Set<string>>();
  readonly #ended = new Map<string, Ended>();
  /** What was ended of late, in order. The numbers are times, made unique, so that they go on after a restart. */
  readonly #news: { readonly number: number; readonly id: string; readonly at: number }[] = [];
  readonly #most: number;
  #number = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#live.size + this.#byViewer.size + this.#byUser.size + this.#ended.size + this.#news.length;
  }

  ofViewer(viewer: string, now: number, idle: number): SessionRecord | undefined {
    const id = this.#byViewer.get(viewer);
    const session = id === undefined ? undefined : this.#live.get(id);
    if (session === undefined || session.lastSeenAt + idle <= now) return undefined;
    return this.#put({ ...session, lastSeenAt: now, bitrate: fadedRate(session.bitrate, now - session.lastSeenAt, 0) });
  }

  /** The sessions that must end for another one of the user, if any; undefined if none may and there is no room. */
  makeRoomFor({ session, now, idle, maxPerUser }: OpenSession): readonly string[] | undefined {
    if (session.uid === undefined || maxPerUser === undefined) return [];
    const own = [...(this.#byUser.get(session.uid) ?? [])]
      .flatMap((id) => this.#live.get(id) ?? [])
      .filter(({ lastSeenAt }) => lastSeenAt + idle > now)
      .toSorted((a, b) => a.lastSeenAt - b.lastSeenAt);
    const excess = own.length + 1 - maxPerUser;
    if (excess <= 0) return [];
    const same = own.filter(({ device }) => device === session.device);
    return same.length < excess ? undefined : same.slice(0, excess).map(({ id }) => id);
  }

  add(identity: SessionIdentity, now: number): SessionRecord {
    return this.#put({
      ...identity,
      lastSeenAt: now,
      rendition: undefined,
      bytes: 0,
      bitrate: 0,
      cmcd: undefined,
    });
  }

  find(id: string, now: number, idle: number): SessionRecord | 'ended' | undefined {
    if ((this.#ended.get(id)?.until ?? 0) > now) return 'ended';
    const session = this.#live.get(id);
    return session === undefined || session.lastSeenAt + idle <= now ? undefined : session;
  }

  take(news: SessionNews, now: number): void {
    const known = this.#live.get(news.id);
    // What an ended session still sent counts as traffic, but does not bring it back.
    if (known === undefined && (this.#ended.get(news.id)?.until ?? 0) > now) return;
    const elapsed = known === undefined ? 0 : news.lastSeenAt - known.lastSeenAt;
    this.#put({
      ...(known ?? news),
      lastSeenAt: Math.max(known?.lastSeenAt ?? 0, news.lastSeenAt),
      rendition: news.rendition ?? known?.rendition,
      bytes: (known?.bytes ?? 0) + news.bytes,
      bitrate: fadedRate(known?.bitrate ?? 0, elapsed, news.bytes),
      cmcd: news.cmcd ?? known?.cmcd,
    });
  }

  /** Of those that are not idle, the latest seen first; the whole of them is only counted. */
  page({ now, idle, uid, limit, offset }: Parameters<SessionStore['list']>[0]): {
    readonly sessions: SessionRecord[];
    readonly total: number;
  } {
    const all = [...this.#live.values()].filter(
      (session) => session.lastSeenAt + idle > now && (uid === undefined || session.uid === uid),
    );
    const from = Math.max(0, all.length - offset - limit);
    const sessions = all
      .slice(from, Math.max(0, all.length - offset))
      .map((session) => ({ ...session, bitrate: fadedRate(session.bitrate, now - session.lastSeenAt, 0) }))
      .toReversed();
    return { sessions, total: all.length };
  }

  end(id: string, now: number): boolean {
    const session = this.#live.get(id);
    if (session === undefined) return false;
    this.#remove(session);
    this.#ended.set(id, { at: now, until: session.expiresAt ?? now + ENDED_FOR });
    if (this.#ended.size > this.#most) this.#ended.delete(this.#ended.keys().next().value ?? '');
    this.#number = Math.max(this.#number + 1, now);
    this.#news.push({ number: this.#number, id, at: now });
    if (this.#news.length > this.#most) this.#news.shift();
    return true;
  }

  endAllowedBy(entry: string, now: number): void {
    for (const { id, allowedBy } of this.#live.values()) if (allowedBy === entry) this.end(id, now);
  }

  endedSince(cursor: number): { readonly ended: readonly string[]; readonly cursor: number } {
    const news = this.#news.filter(({ number }) => number > cursor);
    return { ended: news.map(({ id }) => id), cursor: this.#number };
  }

  sweep(now: number, idle: number): void {
    for (const session of this.#live.values()) {
      // In order, so the first that is not idle ends it; a clock that went back only delays.
      if (session.lastSeenAt + idle > now) break;
      this.#remove(session);
    }
    for (const [id, { until }] of this.#ended) if (until <= now) this.#ended.delete(id);
    while ((this.#news[0]?.at ?? now) + ENDED_NEWS < now) this.#news.shift();
  }

  #put(session: SessionRecord): SessionRecord {
    this.#live.delete(session.id);
    this.#live.set(session.id, session);
    this.#byViewer.set(session.viewer, session.id);
    if (session.uid !== undefined) {
      const own = this.#byUser.get(session.uid) ?? new Set();
      this.#byUser.set(session.uid, own.add(session.id));
    }
    const oldest = this.#live.size > this.#most ? this.#live.values().next().value : undefined;
    if (oldest !== undefined) this.#remove(oldest);
    return session;
  }

  #remove({ id, viewer, uid }: SessionRecord): void {
    this.#live.delete(id);
    if (this.#byViewer.get(viewer) === id) this.#byViewer.delete(viewer);
    const own = uid === undefined ? undefined : this.#byUser.get(uid);
    own?.delete(id);
    if (uid !== undefined && own?.size === 0) this.#byUser.delete(uid);
  }
}
