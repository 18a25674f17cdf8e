import { constants } from 'node:fs';
import type { EntryHead } from '../entry.js';
import { endOfLife, sameEntry } from '../lifetime.js';
import { errorCode, type Files } from './files.js';
import { accessTimeFor, decodeHead, decodeHeader, encodeStart, HEADER_BYTES } from './format.js';

/** Enough for every head that grew in its place. */
const START_BYTES = 16 * 1024;

export interface Renewal {
  readonly key: string;
  readonly head: EntryHead;
  readonly previous: EntryHead | undefined;
  /** The head as it is written. */
  readonly encoded: Buffer;
  readonly placedAt: number;
}

/** Writes a new head over the old one where it has room; false where it has not, or another entry lies there by now. */
export async function renewInPlace(files: Files, path: string, renewal: Renewal): Promise<boolean> {
  const { key, head, previous, encoded, placedAt } = renewal;
  const fd = await files.open(path, constants.O_RDWR).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (fd === undefined) return false;
  try {
    const start = Buffer.allocUnsafe(START_BYTES);
    const got = await files.readSome(fd, start, 0);
    const header = decodeHeader(start.subarray(0, got));
    if (header === undefined || encoded.byteLength > header.headRoom) return false;
    const stored = decodeHead(header, start.subarray(HEADER_BYTES, got));
    if (stored?.key !== key || (previous !== undefined && !sameEntry(stored.head, previous))) return false;
    const garbageFrom = endOfLife(head);
    // One write of header and head together: a reader sees the one or the other, or tries again.
    await files.write(fd, [encodeStart(encoded, { ...header, placedAt, garbageFrom })], 0);
    await files.setTimes(fd, accessTimeFor(garbageFrom), placedAt);
    return true;
  } finally {
    files.close(fd);
  }
}
