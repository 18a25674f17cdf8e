import { createTieredCache, diskTier, memoryTier, type Tier, type TieredCache } from '@forebay/cache-tiers';
import type { StoredMeta } from '@forebay/image-proxy';
import type { Config } from '../config/config.js';
import type { Bus } from '../process/messages.js';
import type { Shares } from '../process/roles.js';
import { workerBus } from './worker-bus.js';

/** The cache of one worker, and the part of it that is the worker's own. */
export interface WorkerCache {
  readonly cache: TieredCache<StoredMeta>;
  readonly memory: Tier;
}

/** The cache of one worker: its share of memory above what all processes share. */
export async function createCache(config: Config, shares: Shares, bus: Bus): Promise<WorkerCache> {
  const memory = memoryTier({ maxBytes: shares.memoryBytes, maxEntries: shares.memoryEntries });
  const tiers = config.cache.enabled ? [memory, ...(await lowerTiers(config))] : [memory];
  return { memory, cache: createTieredCache<StoredMeta>({ tiers, bus: workerBus(bus) }) };
}

async function lowerTiers(config: Config): Promise<readonly Tier[]> {
  return [diskTierOf(config)];
}

/** The disk tier as the configuration has it; the primary opens one of its own to sweep. */
export function diskTierOf(config: Config): Tier {
  const { directory, bytes, entries } = config.disk;
  return diskTier({ directory, maxBytes: bytes, ...(entries === undefined ? {} : { maxEntries: entries }) });
}
