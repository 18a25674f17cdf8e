import type { CachePolicy } from '../config.js';
import { boolean, duration, integer, oneOf, size, text } from '../kinds.js';
import type { Table } from './table.js';

export interface CachingValues {
  readonly CACHE_ENABLED: boolean;
  readonly CACHE_POLICY: CachePolicy | undefined;
  readonly CACHE_TTL: number;
  readonly MEMORY_CACHE_SIZE: number;
  readonly MEMORY_CACHE_BYTES: number;
  readonly CACHE_DIR: string;
  readonly DISK_CACHE_BYTES: number;
  readonly CACHE_MAX_SIZE: number | undefined;
  readonly DISK_CACHE_CLEANUP_INTERVAL: number;
  readonly IMAGE_MEMORY_TTL: number;
  readonly IMAGE_DISK_TTL: number;
  readonly JSON_MEMORY_TTL: number;
  readonly JSON_DISK_TTL: number;
  readonly SEARCH_MEMORY_TTL: number;
  readonly SEARCH_DISK_TTL: number;
}

/** Lifetimes are never timers, so they may exceed what a timer can wait. */
const lifetime = { max: 100 * 365 * 86_400_000 };

export const caching: Table<CachingValues> = {
  CACHE_ENABLED: { kind: boolean(), default: 'true', doc: 'false passes everything through' },
  CACHE_POLICY: {
    kind: oneOf('override', 'respect'),
    default: undefined,
    defaultDoc: 'override for TMDB, respect for custom',
    doc: 'Whether the lifetimes below replace those of the origin, or count only where it states none',
  },
  CACHE_TTL: {
    kind: duration('ms', lifetime),
    default: '86400000',
    doc: 'Lifetime of what no type below covers; 0 leaves custom routes to the origin, types included that have no value of their own',
  },
  MEMORY_CACHE_SIZE: {
    kind: integer({ min: 1 }),
    default: '1000',
    doc: 'Entries in memory, all workers together',
  },
  MEMORY_CACHE_BYTES: {
    kind: size({ min: 1024 ** 2 }),
    default: '256MB',
    doc: 'Bytes in memory, all workers together',
  },
  CACHE_DIR: { kind: text('folder'), default: './cache', doc: 'Where the disk tier lives' },
  DISK_CACHE_BYTES: { kind: size({ min: 1024 ** 2 }), default: '10GB', doc: 'Bytes on disk' },
  CACHE_MAX_SIZE: { kind: integer({ min: 1 }), default: undefined, doc: 'Entries on disk' },
  DISK_CACHE_CLEANUP_INTERVAL: {
    kind: duration('ms', { min: 1000 }),
    default: '3600000',
    doc: 'How often expired entries are swept from disk',
  },
  IMAGE_MEMORY_TTL: { kind: duration('minutes', lifetime), default: '30', doc: 'Lifetime of images in memory' },
  IMAGE_DISK_TTL: {
    kind: duration('minutes', lifetime),
    default: '10080',
    doc: 'Lifetime of images on disk or in Redis',
  },
  JSON_MEMORY_TTL: { kind: duration('minutes', lifetime), default: '15', doc: 'Lifetime of JSON in memory' },
  JSON_DISK_TTL: { kind: duration('minutes', lifetime), default: '360', doc: 'Lifetime of JSON on disk or in Redis' },
  SEARCH_MEMORY_TTL: { kind: duration('minutes', lifetime), default: '3', doc: 'Lifetime of /3/search/* in memory' },
  SEARCH_DISK_TTL: {
    kind: duration('minutes', lifetime),
    default: '10',
    doc: 'Lifetime of /3/search/* on disk or in Redis',
  },
};
