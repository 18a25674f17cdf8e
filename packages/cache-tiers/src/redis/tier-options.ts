import type { InvalidationBus } from '../bus.js';
import { wholeNumber } from './options.js';

export interface RedisTierSettings {
  /** What the tier is called in listings and in `tierTtls`. @default 'redis' */
  readonly name?: string;
  /** Larger entries are not taken; leave them to disk. bytes @default 8388608 */
  readonly maxEntryBytes?: number;
  /** Entries larger than this lie in several strings of this size, so that none holds up the others. bytes @default 524288 */
  readonly pieceBytes?: number;
  /** Bound on writes that wait for Redis; beyond it the oldest are dropped and counted. bytes @default 16777216 */
  readonly writeBehind?: number;
  /** Told of purges by others, the tier forgets what it has not sent yet and knows new purge marks at once. @default none */
  readonly bus?: InvalidationBus;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number;
}

export interface ResolvedTierSettings {
  readonly name: string;
  readonly maxEntryBytes: number;
  readonly pieceBytes: number;
  readonly writeBehind: number;
  readonly bus: InvalidationBus | undefined;
  readonly clock: () => number;
}

/** Redis itself takes strings up to 512 MB. */
const LARGEST_PIECE = 256 * 1024 * 1024;

export const resolveTierSettings = (settings: RedisTierSettings): ResolvedTierSettings => ({
  name: settings.name ?? 'redis',
  maxEntryBytes: wholeNumber('maxEntryBytes', settings.maxEntryBytes ?? 8 * 1024 * 1024, 0, Number.MAX_SAFE_INTEGER),
  pieceBytes: wholeNumber('pieceBytes', settings.pieceBytes ?? 512 * 1024, 1024, LARGEST_PIECE),
  writeBehind: wholeNumber('writeBehind', settings.writeBehind ?? 16 * 1024 * 1024, 0, Number.MAX_SAFE_INTEGER),
  bus: settings.bus,
  clock: settings.clock ?? Date.now,
});
