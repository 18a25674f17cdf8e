import type { QueueStats } from '@forebay/image-proxy/tasks';
import type { Alert } from '../alerts/alert.js';
import type { WorkerStatus } from '../process/roles.js';
import type { TierView } from '../topics.js';
import type { UpstreamView } from '../upstream-view.js';
import type { Counts } from './counts.js';

/** What is left of the budgets for extra attempts, over all workers. */
export interface Budget {
  readonly route: string;
  readonly retries: number;
  readonly hedges: number;
}

/** Everything that is known over all processes at one moment: metrics, history, alerts and the dashboard come of it. */
export interface Facts {
  /** Epoch ms. */
  readonly at: number;
  readonly startedAt: Date;
  /** Since the start, and never less than before. */
  readonly counts: Counts;
  readonly workers: readonly WorkerStatus[];
  /** Workers that died and were replaced, since the start. */
  readonly restarts: number;
  readonly upstreams: readonly UpstreamView[];
  readonly budgets: readonly Budget[];
  readonly tiers: readonly TierFacts[];
  readonly inFlight: number;
  readonly disk: DiskFacts | undefined;
  readonly queues: readonly QueueStats[];
  readonly hls: HlsFacts | undefined;
}

/** What is exposed: the facts, and what was made of them. */
export interface Exposed extends Facts {
  readonly alerts: readonly Alert[];
}

/** What is streamed now. */
export interface HlsFacts {
  readonly sessions: number;
  readonly transfers: number;
}

/** One tier over all workers. */
export interface TierFacts extends Omit<TierView, 'hits' | 'misses' | 'evictions' | 'errors'> {
  /** Whether it answers, to all workers. */
  readonly usable: boolean;
  /** Mean over the workers; measured of Redis alone. */
  readonly latencyMs: number | undefined;
}

/** The file system that the disk tier is on. Bytes. */
export interface DiskFacts {
  readonly free: number;
  readonly size: number;
}
