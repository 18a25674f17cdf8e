import { constants } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Body } from '../entry.js';
import { WholeBody } from '../whole-body.js';
import { DiskBody } from './disk-body.js';
import { errorCode, type Files } from './files.js';
import {
  blockCount,
  blocksMatch,
  bodyStart,
  decodeHead,
  decodeHeader,
  fileBytes,
  type FileHeader,
  HEADER_BYTES,
  type StoredHead,
} from './format.js';

/** What stands before the body. */
export interface FoundStart extends StoredHead {
  readonly header: FileHeader;
}

export interface FoundFile extends FoundStart {
  readonly body: Body;
  readonly close: () => void;
}

export interface ReadOptions {
  /** Files up to this many bytes are read at once. */
  readonly wholeReadBytes: number;
  /** Called with the open descriptor of an entry that was found; it stays open until the promise, if any, resolves. */
  readonly used: (fd: number, header: FileHeader) => Promise<void> | undefined;
  readonly onDamaged: () => void;
}

/** Enough for nearly every head. */
const START_BYTES = 2048;

/** Opens a file for reading and checks it; the errors of the system itself are thrown. */
export async function readEntry(
  files: Files,
  path: string,
  options: ReadOptions,
): Promise<FoundFile | 'missing' | 'damaged'> {
  const fd = await openFile(files, path);
  if (fd === undefined) return 'missing';
  let handedOn = false;
  const used = (header: FileHeader): Promise<void> | undefined => {
    handedOn = true;
    return options.used(fd, header);
  };
  try {
    // Answered from the inode that was opened just now: no wait, and it saves a read or a copy.
    const size = files.sizeSync(fd);
    if (size <= options.wholeReadBytes) {
      const found = await readWhole(files, fd, size);
      if (found === undefined) return 'damaged';
      const noted = used(found.header);
      if (noted === undefined) files.close(fd);
      else void noted.finally(() => files.close(fd));
      return found;
    }
    const found = await readStart(files, fd);
    const table = found && (await readTable(files, fd, found.header));
    if (found === undefined || table === undefined) return 'damaged';
    await used(found.header);
    const body = new DiskBody(files, fd, found.header, table, options.onDamaged);
    return { ...found, body, close: () => body.close() };
  } catch (error) {
    if (errorCode(error) === 'EISDIR') return 'damaged';
    throw error;
  } finally {
    if (!handedOn) files.close(fd);
  }
}

/** The head alone, for listings and sweeps; undefined for whatever is not a whole entry. */
export async function peekEntry(files: Files, path: string): Promise<FoundStart | undefined> {
  let fd: number | undefined;
  try {
    fd = await openFile(files, path);
    return fd === undefined ? undefined : await readStart(files, fd);
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) files.close(fd);
  }
}

async function openFile(files: Files, path: string): Promise<number | undefined> {
  try {
    return await files.open(path, constants.O_RDONLY);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The whole file with one read into one buffer, of which the body is a part. */
async function readWhole(files: Files, fd: number, size: number): Promise<FoundFile | undefined> {
  const file = Buffer.allocUnsafeSlow(size);
  if ((await files.read(fd, file, 0)) < size) return undefined;
  const header = decodeHeader(file);
  if (header === undefined || fileBytes(header) !== size) return undefined;
  const stored = decodeHead(header, file.subarray(HEADER_BYTES));
  const from = bodyStart(header);
  const bytes = file.subarray(from, from + header.bodyBytes);
  const table = file.subarray(from + header.bodyBytes);
  if (stored === undefined || crc32(table) !== header.tableCrc || !blocksMatch(bytes, 0, table)) return undefined;
  return { ...stored, header, body: new WholeBody(bytes), close: nothing };
}

async function readStart(files: Files, fd: number): Promise<FoundStart | undefined> {
  const start = Buffer.allocUnsafe(START_BYTES);
  const got = await files.readSome(fd, start, 0);
  const header = decodeHeader(start.subarray(0, got));
  if (header === undefined) return undefined;
  let head = start.subarray(HEADER_BYTES, got);
  if (head.byteLength < header.headBytes) {
    head = Buffer.allocUnsafe(header.headBytes);
    await files.read(fd, head, HEADER_BYTES);
  }
  const stored = decodeHead(header, head);
  return stored === undefined ? undefined : { ...stored, header };
}

async function readTable(files: Files, fd: number, header: FileHeader): Promise<Buffer | undefined> {
  const table = Buffer.allocUnsafeSlow(4 * blockCount(header.bodyBytes));
  const got = await files.read(fd, table, bodyStart(header) + header.bodyBytes);
  return got === table.byteLength && crc32(table) === header.tableCrc ? table : undefined;
}

function nothing(): void {}
