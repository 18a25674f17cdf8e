import { randomUUID } from 'node:crypto';
import type { SessionStore, TrafficBatch } from './store.js';

export interface TrafficReporterOptions {
  /** Where the bytes are counted. With a store that nodes share, each may run a reporter: they take turns. */
  readonly store: Pick<SessionStore, 'takeTraffic' | 'settleTraffic'>;
  /** Where reports are POSTed; a name and password in it are sent as such (RFC 7617). */
  readonly url: string;
  /** Between reports, ms. @default 10000 */
  readonly interval?: number | undefined;
  /** For one report to be answered, ms. @default 10000 */
  readonly timeout?: number | undefined;
  /** Longest wait after failures, ms. @default 300000 */
  readonly maxBackoff?: number | undefined;
  /** @default the global one */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: (() => number) | undefined;
  /** From 0 to below 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Hears of every attempt. */
  readonly onReport?: ((outcome: TrafficReported) => void) | undefined;
}

export interface TrafficReported {
  readonly users: number;
  readonly bytes: number;
  /** Bytes whose users could not be told apart any more, as too many had yet to be reported. */
  readonly unattributedBytes: number;
  /** Why it failed, without the URL; undefined: it was taken. */
  readonly error: string | undefined;
}

export interface TrafficReporterStatus {
  /** Milliseconds since the epoch. */
  readonly lastReportedAt: number | undefined;
  /** Attempts since then that failed. */
  readonly failures: number;
  readonly lastError: string | undefined;
  /** Since the start; see {@link TrafficReported}. */
  readonly unattributedBytes: number;
}

/** Reports bytes a user, in batches, each under an id by which a second arrival can be told. */
export interface TrafficReporter {
  status(): TrafficReporterStatus;
  /** Reports what there is now. False if it was not taken. */
  flush(): Promise<boolean>;
  /** Reports for the last time; what is not taken stays in the store. */
  close(): Promise<void>;
}

const MOST_PER_TURN = 100;

const reportOf = ({ id, takenAt, users, unattributedBytes }: TrafficBatch): string =>
  JSON.stringify({
    id,
    taken_at: new Date(takenAt).toISOString(),
    users: users.map(({ uid, bytes }) => ({ uid: uid ?? null, bytes })),
    unattributed_bytes: unattributedBytes,
  });

const atLeastOne = (name: string, value: number): number => {
  if (!Number.isFinite(value) || value < 1)
    throw new RangeError(`Option ${name} is ${String(value)}, must be 1 or more`);
  return value;
};

/** `fetch` takes no URL with a name and password in it. */
const targetOf = (text: string): { readonly url: string; readonly headers: Readonly<Record<string, string>> } => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new TypeError('Option url is no http or https URL');
  const login = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    headers: login === ':' ? {} : { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
  };
};

/**
 * Makes a reporter and starts it: `POST` of `{"id","taken_at","users":[{"uid","bytes"}],"unattributed_bytes"}` with
 * `Idempotency-Key`. Any 2xx takes a report; whatever else leaves it to be sent again under the same id, after an
 * exponential back-off with jitter. Nothing is lost meanwhile: the bytes are the store's.
 *
 * @throws {RangeError | TypeError} naming the option that is wrong
 */
export const createTrafficReporter = (options: TrafficReporterOptions): TrafficReporter => {
  const { store, fetch = globalThis.fetch, clock = Date.now, random = Math.random } = options;
  const target = targetOf(options.url);
  const interval = atLeastOne('interval', options.interval ?? 10_000);
  const timeout = atLeastOne('timeout', options.timeout ?? 10_000);
  const maxBackoff = atLeastOne('maxBackoff', options.maxBackoff ?? 300_000);
  const reporter = randomUUID();
  let status: TrafficReporterStatus = {
    lastReportedAt: undefined,
    failures: 0,
    lastError: undefined,
    unattributedBytes: 0,
  };
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let flushing: Promise<boolean> | undefined;

  const post = async (batch: TrafficBatch): Promise<void> => {
    const response = await fetch(target.url, {
      method: 'POST',
      headers: { ...target.headers, 'content-type': 'application/json', 'idempotency-key': batch.id },
      body: reportOf(batch),
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`answered with ${response.status}`);
  };

  const tell = (batch: TrafficBatch, error: string | undefined): void => {
    const { users, unattributedBytes } = batch;
    const bytes = users.reduce((sum, user) => sum + user.bytes, unattributedBytes);
    options.onReport?.({ users: users.length, bytes, unattributedBytes, error });
  };

  const reportAll = async (): Promise<boolean> => {
    let batch: TrafficBatch | undefined;
    try {
      for (let count = 0; count < MOST_PER_TURN; count += 1) {
        const lease = Math.ceil(Math.max(3 * interval, 2 * timeout));
        batch = await store.takeTraffic({ id: randomUUID(), reporter, lease, now: clock() });
        if (batch === undefined) break;
        await post(batch);
        await store.settleTraffic({ id: batch.id });
        tell(batch, undefined);
        status = {
          ...status,
          lastReportedAt: clock(),
          unattributedBytes: status.unattributedBytes + batch.unattributedBytes,
        };
      }
      status = { ...status, failures: 0, lastError: undefined };
      return true;
    } catch (thrown) {
      const error = reasonOf(thrown);
      status = { ...status, failures: status.failures + 1, lastError: error };
      if (batch !== undefined) tell(batch, error);
      return false;
    }
  };

  const flush = (): Promise<boolean> => {
    flushing ??= reportAll().finally(() => {
      flushing = undefined;
    });
    return flushing;
  };

  const later = (): void => {
    if (closed) return;
    const wait = Math.min(interval * 2 ** Math.min(status.failures, 20), Math.max(interval, maxBackoff));
    timer = setTimeout(() => void flush().then(later), wait * (0.75 + random() / 2));
    timer.unref();
  };
  later();

  return {
    status: () => status,
    flush,
    async close() {
      closed = true;
      clearTimeout(timer);
      await flushing;
      await flush();
    },
  };
};

/** The innermost reason that a failed `fetch` gives, in words that hold no URL: it may have a password in it. */
const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return 'failed';
  const { cause } = thrown;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.name;
  if (thrown.name === 'TimeoutError') return 'timed out';
  return /^answered with \d+$/.test(thrown.message) ? thrown.message : thrown.name;
};
