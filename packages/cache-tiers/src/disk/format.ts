import { crc32 } from 'node:zlib';
import type { EntryHead } from '../entry.js';

/**
 * A file of the disk tier, little-endian:
 *
 *   0 magic "FBY1"      4 block size        8 length of head     12 room for head (it may grow in place)
 *  16 CRC-32 of head   20 CRC-32 of table  24 length of body (6 bytes)
 *  32 placed at (float64, ms)              40 garbage from (float64, ms)
 *  48 CRC-32 of bytes 0 to 47              52 head (JSON), padded to its room; body; table
 *
 * The table holds a CRC-32 for each block of the body, so that a part can be checked before it is given out. It
 * stands at the end because the body's length need not be known when the first byte is written.
 */
export interface FileHeader {
  readonly headBytes: number;
  readonly headRoom: number;
  readonly headCrc: number;
  readonly tableCrc: number;
  readonly bodyBytes: number;
  readonly placedAt: number;
  readonly garbageFrom: number;
}

export interface StoredHead {
  readonly key: string;
  readonly head: EntryHead;
}

export const HEADER_BYTES = 52;
export const BLOCK_BYTES = 65_536;
const MAGIC = 0x31594246;
/** Heads are made by the cache's user; nothing sane comes near this. */
const MAX_HEAD_BYTES = 1024 * 1024;

export function encodeHead(key: string, head: EntryHead): Buffer {
  return Buffer.from(JSON.stringify({ key, head }));
}

/** Room for a head and for some growth: a revalidation changes a few header fields. */
export function roomFor(headBytes: number): number {
  return Math.ceil((HEADER_BYTES + headBytes + 64) / 128) * 128 - HEADER_BYTES;
}

/** Header and head, ready to be written at the file's start. */
export function encodeStart(head: Buffer, rest: Omit<FileHeader, 'headBytes' | 'headCrc'>): Buffer {
  const { headRoom } = rest;
  const buffer = Buffer.alloc(HEADER_BYTES + headRoom);
  buffer.writeUInt32LE(MAGIC, 0);
  buffer.writeUInt32LE(BLOCK_BYTES, 4);
  buffer.writeUInt32LE(head.byteLength, 8);
  buffer.writeUInt32LE(headRoom, 12);
  buffer.writeUInt32LE(crc32(head), 16);
  buffer.writeUInt32LE(rest.tableCrc, 20);
  buffer.writeUIntLE(rest.bodyBytes, 24, 6);
  buffer.writeDoubleLE(rest.placedAt, 32);
  buffer.writeDoubleLE(rest.garbageFrom, 40);
  buffer.writeUInt32LE(crc32(buffer.subarray(0, 48)), 48);
  buffer.set(head, HEADER_BYTES);
  return buffer;
}

/** Undefined for anything that is not a whole header of ours. */
export function decodeHeader(bytes: Buffer): FileHeader | undefined {
  if (bytes.byteLength < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return undefined;
  if (bytes.readUInt32LE(48) !== crc32(bytes.subarray(0, 48)) || bytes.readUInt32LE(4) !== BLOCK_BYTES)
    return undefined;
  const header = {
    headBytes: bytes.readUInt32LE(8),
    headRoom: bytes.readUInt32LE(12),
    headCrc: bytes.readUInt32LE(16),
    tableCrc: bytes.readUInt32LE(20),
    bodyBytes: bytes.readUIntLE(24, 6),
    placedAt: bytes.readDoubleLE(32),
    garbageFrom: bytes.readDoubleLE(40),
  };
  return header.headBytes <= header.headRoom && header.headRoom <= 2 * MAX_HEAD_BYTES ? header : undefined;
}

/** Undefined for a head that does not match its checksum. */
export function decodeHead(header: FileHeader, bytes: Buffer): StoredHead | undefined {
  if (bytes.byteLength < header.headBytes || crc32(bytes.subarray(0, header.headBytes)) !== header.headCrc)
    return undefined;
  return JSON.parse(bytes.toString('utf8', 0, header.headBytes)) as StoredHead;
}

export function headFits(head: Buffer): boolean {
  return head.byteLength <= MAX_HEAD_BYTES;
}

/** Where the body begins. */
export function bodyStart(header: Pick<FileHeader, 'headRoom'>): number {
  return HEADER_BYTES + header.headRoom;
}

export function blockCount(bodyBytes: number): number {
  return Math.ceil(bodyBytes / BLOCK_BYTES);
}

export function fileBytes(header: Pick<FileHeader, 'headRoom' | 'bodyBytes'>): number {
  return bodyStart(header) + header.bodyBytes + 4 * blockCount(header.bodyBytes);
}

/** Whether `bytes`, which begin at a block, match the table. */
export function blocksMatch(bytes: Uint8Array, firstBlock: number, table: Buffer): boolean {
  for (let offset = 0, block = firstBlock; offset < bytes.byteLength; offset += BLOCK_BYTES, block++) {
    if (crc32(bytes.subarray(offset, offset + BLOCK_BYTES)) !== table.readUInt32LE(4 * block)) return false;
  }
  return true;
}

/** Works out the table while the body passes by in chunks of any size. */
export class BlockChecksums {
  readonly #done: number[] = [];
  #crc = 0;
  #filled = 0;

  add(chunk: Uint8Array): void {
    for (let offset = 0; offset < chunk.byteLength;) {
      const part = chunk.subarray(offset, offset + BLOCK_BYTES - this.#filled);
      this.#crc = crc32(part, this.#crc);
      this.#filled += part.byteLength;
      offset += part.byteLength;
      if (this.#filled === BLOCK_BYTES) this.#close();
    }
  }

  table(): Buffer {
    if (this.#filled > 0) this.#close();
    const table = Buffer.allocUnsafe(4 * this.#done.length);
    for (const [block, crc] of this.#done.entries()) table.writeUInt32LE(crc, 4 * block);
    return table;
  }

  #close(): void {
    this.#done.push(this.#crc);
    this.#crc = 0;
    this.#filled = 0;
  }
}

/** When an entry turns into garbage, as an access time: 2038 is the end of time on some file systems. */
export function accessTimeFor(garbageFrom: number): number {
  return Math.min(garbageFrom, 2_145_830_400_000);
}
