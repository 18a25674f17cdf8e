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

export interface FoundFile extends StoredHead {
  readonly header: FileHeader;
  readonly body: Body;
  readonly close: () => void;
}

export interface ReadOptions {
  /** Bodies up to this many bytes are read at once. */
  readonly wholeReadBytes: number;
  /** Called with the open descriptor of an entry that was found; it stays open until the promise, if any, resolves. */
  readonly used: (fd: number, header: FileHeader) => Promise<void> | undefined;
  readonly onDamaged: () => void;
}

/** Header, head and body of most images in one read. */
const FIRST_READ_BYTES = 64 * 1024;
const spare: Buffer[] = [];

function takeBuffer(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(FIRST_READ_BYTES);
}

function giveBuffer(buffer: Buffer): void {
  if (spare.length < 16) spare.push(buffer);
}

/** Opens a file for reading and checks it; the errors of the system itself are thrown. */
export async function readEntry(
  files: Files,
  path: string,
  options: ReadOptions,
): Promise<FoundFile | 'missing' | 'damaged'> {
  const fd = await openFile(files, path);
  if (fd === undefined) return 'missing';
  const first = takeBuffer();
  let handedOn = false;
  try {
    const got = await files.readSome(fd, first, 0);
    const start = first.subarray(0, got);
    const header = decodeHeader(start);
    if (header === undefined) return 'damaged';
    const stored = await readHead(files, fd, header, start);
    if (stored === undefined) return 'damaged';
    if (header.bodyBytes <= options.wholeReadBytes) {
      const bytes = await readWhole(files, fd, header, start);
      if (bytes === undefined) return 'damaged';
      handedOn = true;
      const noted = options.used(fd, header);
      if (noted === undefined) files.close(fd);
      else void noted.then(() => files.close(fd));
      return { ...stored, header, body: new WholeBody(bytes), close: nothing };
    }
    const table = await readTable(files, fd, header);
    if (table === undefined) return 'damaged';
    handedOn = true;
    await options.used(fd, header);
    const body = new DiskBody(files, fd, header, table, options.onDamaged);
    return { ...stored, header, body, close: () => body.close() };
  } catch (error) {
    if (errorCode(error) === 'EISDIR') return 'damaged';
    throw error;
  } finally {
    giveBuffer(first);
    if (!handedOn) files.close(fd);
  }
}

/** The head alone, for listings and sweeps; undefined for whatever is not a whole entry. */
export async function peekEntry(
  files: Files,
  path: string,
): Promise<(StoredHead & { header: FileHeader }) | undefined> {
  let fd: number | undefined;
  const first = takeBuffer();
  try {
    fd = await openFile(files, path);
    if (fd === undefined) return undefined;
    const got = await files.readSome(fd, first.subarray(0, 4096), 0);
    const start = first.subarray(0, got);
    const header = decodeHeader(start);
    if (header === undefined) return undefined;
    const stored = await readHead(files, fd, header, start);
    return stored === undefined ? undefined : { ...stored, header };
  } catch {
    return undefined;
  } finally {
    giveBuffer(first);
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

async function readHead(files: Files, fd: number, header: FileHeader, start: Buffer): Promise<StoredHead | undefined> {
  if (start.byteLength >= HEADER_BYTES + header.headBytes) return decodeHead(header, start.subarray(HEADER_BYTES));
  const head = Buffer.allocUnsafe(header.headBytes);
  await files.read(fd, head, HEADER_BYTES);
  return decodeHead(header, head);
}

async function readWhole(files: Files, fd: number, header: FileHeader, start: Buffer): Promise<Uint8Array | undefined> {
  const from = bodyStart(header);
  // Body and table lie side by side: one buffer, at most one more read.
  const buffer = Buffer.allocUnsafeSlow(fileBytes(header) - from);
  const copied = start.copy(buffer, 0, Math.min(from, start.byteLength));
  if (copied < buffer.byteLength) {
    const got = await files.read(fd, buffer.subarray(copied), from + copied);
    if (copied + got < buffer.byteLength) return undefined;
  }
  const table = buffer.subarray(header.bodyBytes);
  const bytes = buffer.subarray(0, header.bodyBytes);
  return crc32(table) === header.tableCrc && blocksMatch(bytes, 0, table) ? bytes : undefined;
}

async function readTable(files: Files, fd: number, header: FileHeader): Promise<Buffer | undefined> {
  const table = Buffer.allocUnsafeSlow(4 * blockCount(header.bodyBytes));
  const got = await files.read(fd, table, bodyStart(header) + header.bodyBytes);
  return got === table.byteLength && crc32(table) === header.tableCrc ? table : undefined;
}

function nothing(): void {}
