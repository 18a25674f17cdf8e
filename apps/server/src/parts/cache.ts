import { createTieredCache, diskTier, memoryTier, type Tier, type TieredCache } from '@forebay/cache-tiers';
import type { StoredMeta } from '@forebay/reverse-proxy';
import type { Config } from '../config/config.js';
import type { Bus } from '../process/messages.js';
import type { Shares } from '../process/roles.js';
import { joinedBus } from './joined-bus.js';
import { openSharedTier, type SharedTier } from './shared-tiers.js';
import { workerBus } from './worker-bus.js';

/** What the header block of a hit takes at most, to be sent with the body in one write. */
const HEADER_BLOCK_BYTES = 1024;

/** The cache of one worker, and the parts of it that are not alike everywhere. */
export interface WorkerCache {
  readonly cache: TieredCache<StoredMeta>;
  readonly memory: Tier;
  /** Redis, where it is configured. */
  readonly shared: SharedTier | undefined;
  close(): Promise<void>;
}

/**
 * The cache of one worker: its share of memory above what all share. With Redis, the disk takes what Redis does not:
 * what is too large for it, and everything while it is away.
 */
export async function createCache(config: Config, shares: Shares, bus: Bus): Promise<WorkerCache> {
  const memory = memoryTier({
    maxBytes: shares.memoryBytes,
    maxEntries: shares.memoryEntries,
    headroom: HEADER_BLOCK_BYTES,
  });
  const shared = config.cache.enabled ? await openSharedTier(config) : undefined;
  const lower = config.cache.enabled ? [...(shared === undefined ? [] : [shared.tier]), diskTierOf(config)] : [];
  const near = workerBus(bus);
  const cache = createTieredCache<StoredMeta>({
    tiers: [memory, ...lower],
    fill: 'first',
    bus: shared === undefined ? near : joinedBus(near, shared.bus),
    ...(shared === undefined ? {} : { coordinator: shared.coordinator }),
  });
  return {
    cache,
    memory,
    shared,
    async close() {
      await cache.close();
      await shared?.close();
    },
  };
}

/** The disk tier as the configuration has it; the primary opens one of its own to sweep. */
export function diskTierOf(config: Config): Tier {
  const { directory, bytes, entries } = config.disk;
  // The primary sweeps, at the configured interval and for all.
  return diskTier({
    directory,
    maxBytes: bytes,
    ...(entries === undefined ? {} : { maxEntries: entries }),
    cleanupInterval: 0,
  });
}
