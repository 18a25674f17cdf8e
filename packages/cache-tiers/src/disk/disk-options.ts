import * as fs from 'node:fs';
import { resolve } from 'node:path';
import { notNegative, positive, positiveInteger } from '../checks.js';
import type { DiskFileSystem } from './files.js';

export interface DiskTierOptions {
  /** Where the files lie; made when it is not there. Any number of processes may share it. */
  readonly directory: string;
  /** @default 'disk' */
  readonly name?: string;
  /** Bytes on the disk, as `du` counts them, all processes together. @default 10 GB */
  readonly maxBytes?: number;
  /** @default no bound */
  readonly maxEntries?: number;
  /** Bytes of the largest body that is kept. @default a quarter of `maxBytes` */
  readonly maxEntryBytes?: number;
  /** Files up to so many bytes are read at once, larger ones as a stream. @default 512 KB */
  readonly wholeReadBytes?: number;
  /** Milliseconds between sweeps, beside those that the bound asks for; 0: only those. @default 3600000 */
  readonly cleanupInterval?: number;
  /** Milliseconds in which an entry's time of last use is written at most once. @default 1000 */
  readonly touchInterval?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => number;
  /** The file system's calls, for tests of bad disks. @default node:fs */
  readonly fileSystem?: DiskFileSystem;
}

export type ResolvedDiskOptions = Omit<Required<DiskTierOptions>, 'maxEntries'> & { readonly maxEntries: number };

const KB = 1024;
const GB = 1024 * 1024 * KB;

export function diskOptions(options: DiskTierOptions): ResolvedDiskOptions {
  if (typeof options.directory !== 'string' || options.directory === '')
    throw new TypeError(`diskTier directory must be a path, not ${JSON.stringify(options.directory)}`);
  const maxBytes = positiveInteger('diskTier maxBytes', options.maxBytes ?? 10 * GB);
  return {
    directory: resolve(options.directory),
    name: options.name ?? 'disk',
    maxBytes,
    maxEntries: positive('diskTier maxEntries', options.maxEntries ?? Infinity),
    maxEntryBytes: positive('diskTier maxEntryBytes', options.maxEntryBytes ?? maxBytes / 4),
    wholeReadBytes: notNegative('diskTier wholeReadBytes', options.wholeReadBytes ?? 512 * KB),
    cleanupInterval: notNegative('diskTier cleanupInterval', options.cleanupInterval ?? 3_600_000),
    touchInterval: notNegative('diskTier touchInterval', options.touchInterval ?? 1000),
    clock: options.clock ?? Date.now,
    fileSystem: options.fileSystem ?? fs,
  };
}
