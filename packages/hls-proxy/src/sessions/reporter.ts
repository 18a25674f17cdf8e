import type { LiveSession } from './live-session.js';
import { MemoryUses } from './memory-uses.js';
import type { SessionNews } from './session-record.js';
import type { ResolvedSessionsOptions } from './sessions-options.js';
import type { SessionReport, UseLimit } from './store.js';

export interface ReporterOptions {
  readonly id: string;
  readonly options: ResolvedSessionsOptions;
  /** The sessions known here. */
  readonly live: ReadonlyMap<string, LiveSession>;
  readonly forget: (session: LiveSession) => void;
  readonly heardEnd: (id: string) => void;
  readonly allowListChanged: () => Promise<void>;
}

/** Keeps one process and the store in step, off the path of requests. */
export interface Reporter {
  /** Whether the last report failed. */
  readonly failing: boolean;
  /** What is remembered, counted. */
  readonly size: number;
  readonly droppedBytes: number;
  flush(): Promise<void>;
  /** Forgets the sessions seen longest ago, not what they have to tell. */
  makeRoom(): void;
  /** A use, counted only here. */
  useAlone(limit: UseLimit): boolean;
  close(): Promise<void>;
}

/** Sessions in one report: a few milliseconds of a store's time. */
const BATCH = 200;
const MOST_USES = 10_000;

export const createReporter = ({
  id,
  options,
  live,
  forget,
  heardEnd,
  allowListChanged,
}: ReporterOptions): Reporter => {
  const { store, clock, idle, flushInterval } = options;
  const uses = new MemoryUses(MOST_USES);
  /** What has yet to be told, besides what the sessions themselves know. */
  const left = new Map<string, SessionNews>();
  let droppedBytes = 0;
  let toldDropped = 0;
  let sequence = 0;
  let cursor = 0;
  let allowListVersion: number | undefined;
  /** Sent, but not known to have arrived: it goes again under the same number, so that it counts once. */
  let unsure: SessionReport | undefined;
  let flushing: Promise<void> | undefined;
  let queued: Promise<void> | undefined;
  let failing = false;

  const leave = (news: SessionNews): void => {
    const before = left.get(news.id);
    left.set(news.id, {
      ...news,
      bytes: news.bytes + (before?.bytes ?? 0),
      rendition: news.rendition ?? before?.rendition,
      cmcd: news.cmcd ?? before?.cmcd,
    });
  };

  const dropExcess = (): void => {
    for (const { id: oldest, bytes } of left.values()) {
      if (left.size <= options.maxLocal) return;
      left.delete(oldest);
      droppedBytes += bytes;
    }
  };

  /** Everything that there is to tell moves to `left`, from where it goes once it was told. */
  const gather = (now: number): void => {
    for (const session of live.values()) {
      const news = session.takeNews(now);
      if (news !== undefined) leave(news);
    }
  };

  const batch = (): SessionNews[] => {
    const news: SessionNews[] = [];
    for (const one of left.values()) {
      if (news.length === BATCH) break;
      news.push(one);
      left.delete(one.id);
    }
    return news;
  };

  const send = async (report: SessionReport): Promise<void> => {
    unsure = report;
    const news = await store.report({ ...report, now: clock(), cursor });
    unsure = undefined;
    cursor = news.cursor;
    news.ended.forEach(heardEnd);
    if (news.allowListVersion === allowListVersion) return;
    await allowListChanged();
    allowListVersion = news.allowListVersion;
  };

  const sendAll = async (): Promise<void> => {
    try {
      if (unsure !== undefined) await send(unsure);
      gather(clock());
      do {
        sequence += 1;
        await send({ reporter: id, sequence, now: clock(), idle, sessions: batch(), cursor });
      } while (left.size > 0);
      failing = false;
    } catch (error) {
      failing = true;
      throw error;
    } finally {
      forgetIdle();
      sayDropped();
    }
  };

  const sayDropped = (): void => {
    const bytes = droppedBytes - toldDropped;
    toldDropped = droppedBytes;
    if (bytes > 0) options.onDropped(bytes);
  };

  const start = (): Promise<void> => {
    flushing ??= sendAll().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };

  /** One that is under way may have asked before what the caller wants to be known. */
  const flush = (): Promise<void> => {
    if (flushing === undefined) return start();
    queued ??= flushing
      .catch(() => undefined)
      .then(() => {
        queued = undefined;
        return start();
      });
    return queued;
  };

  const forgetIdle = (): void => {
    const now = clock();
    uses.sweep(now);
    for (const session of live.values()) if (!session.busy && session.lastSeenAt + idle <= now) forget(session);
  };

  const timer = flushInterval === 0 ? undefined : setInterval(() => void start().catch(() => undefined), flushInterval);
  timer?.unref();

  return {
    get failing() {
      return failing;
    },
    get size() {
      return left.size + uses.size;
    },
    get droppedBytes() {
      return droppedBytes;
    },
    flush,
    makeRoom() {
      for (const session of live.values()) {
        if (live.size <= options.maxLocal) break;
        const news = session.takeNews(clock());
        if (news !== undefined) leave(news);
        forget(session);
      }
      dropExcess();
    },
    useAlone: (limit) => uses.use(limit, clock()),
    async close() {
      clearInterval(timer);
      await flush().catch(() => undefined);
    },
  };
};
