import type { Cluster, Redis } from 'ioredis';
import { BatchProgress } from './batch-progress.js';
import { Counters } from './counters.js';
import type { Link } from './link.js';
import { openLink } from './link.js';
import type { CompleteBullmqOptions } from './options.js';
import { Revocations } from './revocations.js';

/** All that nodes share in Redis: BullMQ's queues, and what is kept beside them. */
export interface Shared extends Link {
  readonly revocations: Revocations;
  readonly counters: Counters;
  readonly batches: BatchProgress;
}

export async function openShared(client: Redis | Cluster, options: CompleteBullmqOptions): Promise<Shared> {
  const { prefix, settings } = options;
  return {
    ...(await openLink(client, options)),
    revocations: new Revocations(client, prefix, { count: settings.historyCount, age: settings.historyAge }),
    counters: new Counters(client, prefix),
    batches: new BatchProgress(client, prefix),
  };
}
