import type { BusMessage } from '@forebay/cache-tiers';
import type { TargetStatus } from '@forebay/health';
import type { TrafficCounts } from './metrics/traffic.js';
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

export interface WorkerTraffic {
  readonly counts: TrafficCounts;
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
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
export const traffic: Topic<null, WorkerTraffic> = topic('traffic');
export const upstreamStatus: Topic<null, readonly UpstreamView[]> = topic('upstream-status');
export const upstreamPatch: Topic<UpstreamPatch, boolean> = topic('upstream-patch');
/** Worker to primary: what was changed at run time, for a worker that has just started. */
export const patchesSoFar: Topic<null, readonly UpstreamPatch[]> = topic('patches-so-far');
export const cacheTiers: Topic<null, readonly TierView[]> = topic('cache-tiers');
export const memoryKeys: Topic<{ readonly contains: string | undefined }, readonly CachedKey[]> = topic('memory-keys');
/** Worker to worker: what was invalidated. */
export const cacheBus: Topic<BusMessage> = topic('cache-bus');
