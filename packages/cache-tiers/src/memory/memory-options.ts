import { notNegative, positive, positiveInteger } from '../checks.js';

export interface MemoryTierOptions {
  /** @default 'memory' */
  readonly name?: string;
  /** Bytes of bodies, keys, metadata and bookkeeping together. @default 256 MB */
  readonly maxBytes?: number;
  /** @default no bound */
  readonly maxEntries?: number;
  /** Bytes of the largest body that is kept; larger ones would push out many small ones. @default an eighth of `maxBytes`, 8 MB at most */
  readonly maxEntryBytes?: number;
  /**
   * Bytes left free in front of each body of up to 256 KB, in the same allocation, for a caller who writes something
   * before the body and sends both as one (`MemoryEntry.headroom`). @default 0
   */
  readonly headroom?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number;
}

export interface ResolvedMemoryOptions {
  readonly name: string;
  readonly maxBytes: number;
  readonly maxEntries: number | undefined;
  readonly maxEntryBytes: number;
  readonly headroom: number;
  readonly clock: () => number;
}

const MB = 1024 * 1024;

export function memoryOptions(options: MemoryTierOptions): ResolvedMemoryOptions {
  const maxBytes = positiveInteger('memoryTier maxBytes', options.maxBytes ?? 256 * MB);
  return {
    name: options.name ?? 'memory',
    maxBytes,
    maxEntries:
      options.maxEntries === undefined ? undefined : positiveInteger('memoryTier maxEntries', options.maxEntries),
    maxEntryBytes: positive('memoryTier maxEntryBytes', options.maxEntryBytes ?? Math.min(maxBytes / 8, 8 * MB)),
    headroom: notNegative('memoryTier headroom', options.headroom ?? 0),
    clock: options.clock ?? Date.now,
  };
}
