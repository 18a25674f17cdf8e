import type { BusMessage } from '@forebay/cache-tiers';
import type { SessionStore, StreamEdge, TrafficReporterStatus, Transfer } from '@forebay/hls-proxy';
import type { TargetStatus } from '@forebay/health';
import type { BookStore } from '@forebay/image-proxy/signed-images';
import type { QueueStats } from '@forebay/image-proxy/tasks';
import type { AlertList } from './alerts/alert.js';
import type { AlertsState } from './alerts/alerts.js';
import type { SinceState } from './history/findings.js';
import type { ObservatoryState } from './history/observatory.js';
import type { HistoryPoint } from './history/series.js';
import type { Facts } from './metrics/facts.js';
import type { Counts } from './metrics/counts.js';
import type { EndedSession } from './middleware/sessions.js';
import { topic, type Topic } from './process/messages.js';
import type { WorkerStatus } from './process/roles.js';
import type { UpstreamView } from './upstream-view.js';

/** What the primary's probes found out about one upstream. */
export interface HealthNews {
  readonly group: string;
  readonly name: string;
  readonly healthy: boolean;
  readonly responseTimeMs: number | undefined;
  readonly drain: boolean;
  readonly weightShare: number;
}

/** What the primary learns of a worker every second. */
export interface WorkerSample {
  /** Since the worker started. */
  readonly counts: Counts;
  readonly upstreams: readonly UpstreamView[];
  readonly budgets: readonly { readonly route: string; readonly retries: number; readonly hedges: number }[];
  readonly inFlight: number;
  /** The tiers below memory that are watched, and whether they answer. */
  readonly usable: readonly { readonly name: string; readonly usable: boolean }[];
  readonly tiers: readonly TierView[];
  /** Of Redis; undefined where there is none, or it does not answer. */
  readonly redisLatencyMs: number | undefined;
  /** HLS; undefined where there is none, or its sessions cannot be counted now. */
  readonly streaming: { readonly sessions: number; readonly transfers: number } | undefined;
}

export interface Observed {
  readonly facts: Facts;
  /** The last minute by the second. */
  readonly minute: readonly HistoryPoint[];
}

/** All that is known of the past, for the duties that take over. */
export interface Observations {
  readonly observatory: ObservatoryState;
  readonly findings: SinceState | undefined;
  readonly alerts: AlertsState;
}

/** One event of `GET /api/v1/events`; made once, written to all who listen. */
export interface StreamEvent {
  readonly id: number;
  readonly json: string;
}

export interface TierView {
  readonly name: string;
  readonly state: string;
  readonly hits: number;
  readonly misses: number;
  readonly entries: number;
  readonly bytes: number;
  readonly maxEntries: number | undefined;
  readonly maxBytes: number | undefined;
  readonly evictions: number;
  readonly errors: number;
  readonly lastError: string | undefined;
}

export interface CachedKey {
  readonly key: string;
  readonly contentType: string | undefined;
  readonly sizeBytes: number;
  readonly expiresAt: number;
  readonly tiers: readonly string[];
}

export interface UpstreamPatch {
  readonly group: string;
  readonly name: string;
  readonly weight?: number;
  readonly priority?: number;
  readonly enabled?: boolean;
  /** Closes the circuit and forgets what was learned. */
  readonly reset?: boolean;
}

export type PatchHandler = (patch: UpstreamPatch) => boolean;

/** Primary to workers: an upstream's health, as probed. */
export const healthNews: Topic<readonly HealthNews[]> = topic('health-news');
/** Worker to primary: everything probed so far, for a worker that has just started. */
export const healthSoFar: Topic<null, readonly HealthNews[]> = topic('health-so-far');
/** Worker to primary: a circuit opened; look at it now. */
export const upstreamSuspect: Topic<{ readonly group: string; readonly name: string }> = topic('upstream-suspect');
/** Anyone to the primary. */
export const fleetStatus: Topic<null, { readonly startedAt: Date; readonly workers: readonly WorkerStatus[] }> =
  topic('fleet-status');
export const probeStatus: Topic<null, readonly (TargetStatus & { readonly group: string })[]> = topic('probe-status');
/** Anyone to all workers. */
export const workerSample: Topic<null, WorkerSample> = topic('worker-sample');
export const upstreamStatus: Topic<null, readonly UpstreamView[]> = topic('upstream-status');
export const upstreamPatch: Topic<UpstreamPatch, boolean> = topic('upstream-patch');
/** Worker to primary: what was changed at run time, for a worker that has just started. */
export const patchesSoFar: Topic<null, readonly UpstreamPatch[]> = topic('patches-so-far');
export const cacheTiers: Topic<null, readonly TierView[]> = topic('cache-tiers');
export const memoryKeys: Topic<{ readonly contains: string | undefined }, readonly CachedKey[]> = topic('memory-keys');
/** Worker to worker: what was invalidated. */
export const cacheBus: Topic<BusMessage> = topic('cache-bus');
/** Worker to primary: what it has counted, for the last time. */
export const lastWords: Topic<Counts> = topic('last-words');
/** Anyone to the primary: what is observed over all workers. */
export const observed: Topic<null, Observed> = topic('observed');
/** Between the primary's duties before and after a reload. */
export const observationsSoFar: Topic<null, Observations> = topic('observations-so-far');
/** Within the primary: an observer has stopped, so that one from before a reload that failed goes on. */
export const observerLeft: Topic<null> = topic('observer-left');
export const alertsNow: Topic<null, AlertList> = topic('alerts-now');
export const metricsText: Topic<null, string> = topic('metrics-text');
/** Anyone to the primary: what the task queues hold, and how they do. No answer where they cannot be reached. */
export const taskStats: Topic<null, readonly QueueStats[]> = topic('task-stats');
/** Anyone to the primary: the overview as JSON, with its series as far as they are younger than `since` (an event's id). */
export const overviewJson: Topic<{ readonly since: number | undefined }, string> = topic('overview-json');
/** Worker to primary: another client listens; answered with its first event, or undefined when there are too many. */
export const streamJoin: Topic<{ readonly since: number | undefined }, StreamEvent | undefined> = topic('stream-join');
/** Worker to primary: so many clients are left, those included that are joining. */
export const streamLeave: Topic<number> = topic('stream-leave');
/** Primary to workers, once a second while somebody listens. */
export const streamTick: Topic<StreamEvent> = topic('stream-tick');
/** Worker to all: a sign-in was ended before its time. */
export const sessionEnded: Topic<EndedSession> = topic('session-ended');
/** Worker to the others: a client tried to sign in with a wrong key. */
export const signInRefused: Topic<{ readonly client: string }> = topic('sign-in-refused');
/** Worker to primary: those ended so far, for a worker that has just started. */
export const sessionsEnded: Topic<null, readonly EndedSession[]> = topic('sessions-ended');
/** Anyone to the primary, where the books of signed URLs are in its memory: a method of one of them, with its arguments. */
export type BookQuestion = {
  readonly [Method in keyof BookStore]: {
    readonly book: string;
    readonly method: Method;
    readonly args: Parameters<BookStore[Method]>;
  };
}[keyof BookStore];
export const urlBook: Topic<BookQuestion, unknown> = topic('url-book');
/** Worker to primary, where the HLS sessions are in its memory: an operation of the store with its input. */
export type StoreQuestion = {
  readonly [Operation in Exclude<keyof SessionStore, 'state' | 'close'>]: {
    readonly operation: Operation;
    readonly input: Parameters<SessionStore[Operation]>[0];
  };
}[Exclude<keyof SessionStore, 'state' | 'close'>];
export const hlsStore: Topic<StoreQuestion, unknown> = topic('hls-store');
/** Worker to workers: an HLS session was ended. */
export const hlsSessionEnded: Topic<string> = topic('hls-session-ended');
/** Worker to workers, which answer once they know it: the allow list has changed. */
export const hlsAllowListChanged: Topic<null, null> = topic('hls-allow-list-changed');
/** Anyone to all workers: what they are sending to HLS viewers. */
export const hlsTransfers: Topic<null, readonly Transfer[]> = topic('hls-transfers');
/** A worker to the others: how far live playlists have come, as far as its viewers have seen. */
export const hlsEdges: Topic<readonly StreamEdge[], null> = topic('hls-edges');
/** Anyone to the primary: how the traffic reports go; undefined where there are none. */
export const hlsReporting: Topic<null, TrafficReporterStatus | undefined> = topic('hls-reporting');
