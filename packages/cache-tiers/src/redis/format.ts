import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { EntryHead } from '../entry.js';

/**
 * An entry in Redis is one string: a fixed header, the head as JSON, and the body or its first piece. All numbers are
 * big-endian.
 *
 * | offset | bytes | what |
 * | --- | --- | --- |
 * | 0 | 4 | `FRE1` |
 * | 4 | 4 | length of the JSON |
 * | 8 | 4 | CRC-32 of the header from offset 12 on and of the JSON |
 * | 12 | 4 | CRC-32 of the body bytes that follow |
 * | 16 | 8 | when it was placed, ms since the epoch (double) |
 * | 24 | 8 | size of the whole body (double) |
 * | 32 | 4 | number of pieces, the first included |
 * | 36 | 4 | bytes of a piece (the last may be shorter) |
 * | 40 | 8 | nonce: names the further pieces, and tells this write from any other |
 *
 * A further piece is `FRP1`, the CRC-32 of its bytes, the nonce, and the bytes.
 */
export const FIXED_BYTES = 48;
/** From here to the end of the fixed part, two values are alike only if they hold the same write under the same head. */
export const SEEN_FROM = 8;
const PIECE_FIXED_BYTES = 16;
const ENTRY_MAGIC = 0x46_52_45_31;
const PIECE_MAGIC = 0x46_52_50_31;

export interface EntryHeader {
  readonly bodyCrc: number;
  readonly placedAt: number;
  readonly size: number;
  readonly pieces: number;
  readonly pieceBytes: number;
  /** 16 hexadecimal digits. */
  readonly nonce: string;
}

export interface DecodedEntry extends EntryHeader {
  readonly key: string;
  readonly head: EntryHead;
  /** The body, or its first piece. */
  readonly first: Buffer;
}

export const newNonce = (): string => randomBytes(8).toString('hex');

/** Header and JSON, without the body. */
export const encodePrefix = (key: string, head: EntryHead, header: EntryHeader): Buffer => {
  const json = Buffer.from(JSON.stringify([key, head]));
  const prefix = Buffer.allocUnsafe(FIXED_BYTES + json.length);
  prefix.writeUInt32BE(ENTRY_MAGIC, 0);
  prefix.writeUInt32BE(json.length, 4);
  prefix.writeUInt32BE(header.bodyCrc, 12);
  prefix.writeDoubleBE(header.placedAt, 16);
  prefix.writeDoubleBE(header.size, 24);
  prefix.writeUInt32BE(header.pieces, 32);
  prefix.writeUInt32BE(header.pieceBytes, 36);
  prefix.write(header.nonce, 40, 'hex');
  json.copy(prefix, FIXED_BYTES);
  prefix.writeUInt32BE(crc32(prefix.subarray(12)), 8);
  return prefix;
};

export const encodeEntry = (
  key: string,
  head: EntryHead,
  first: Uint8Array,
  header: Omit<EntryHeader, 'bodyCrc'>,
): Buffer => Buffer.concat([encodePrefix(key, head, { ...header, bodyCrc: crc32(first) }), first]);

/** The fixed part alone, not yet checked against its sum. */
export const decodeHeader = (value: Buffer): (EntryHeader & { readonly jsonBytes: number }) | undefined => {
  if (value.length < FIXED_BYTES || value.readUInt32BE(0) !== ENTRY_MAGIC) return undefined;
  return {
    jsonBytes: value.readUInt32BE(4),
    bodyCrc: value.readUInt32BE(12),
    placedAt: value.readDoubleBE(16),
    size: value.readDoubleBE(24),
    pieces: value.readUInt32BE(32),
    pieceBytes: value.readUInt32BE(36),
    nonce: value.toString('hex', 40, FIXED_BYTES),
  };
};

/** Header and JSON, checked; the body, of which not all need be there, is not. `undefined` for anything foreign or damaged. */
export const decodePrefix = (value: Buffer): DecodedEntry | undefined => {
  if (value.length < FIXED_BYTES || value.readUInt32BE(0) !== ENTRY_MAGIC) return undefined;
  const end = FIXED_BYTES + value.readUInt32BE(4);
  if (end > value.length || crc32(value.subarray(12, end)) !== value.readUInt32BE(8)) return undefined;
  const content = parse(value.toString('utf8', FIXED_BYTES, end));
  if (!content) return undefined;
  // Spelled out: spreading the header costs more than all the rest of this.
  return {
    key: content[0],
    head: content[1],
    bodyCrc: value.readUInt32BE(12),
    placedAt: value.readDoubleBE(16),
    size: value.readDoubleBE(24),
    pieces: value.readUInt32BE(32),
    pieceBytes: value.readUInt32BE(36),
    nonce: value.toString('hex', 40, FIXED_BYTES),
    first: value.subarray(end),
  };
};

const parse = (json: string): readonly [key: string, head: EntryHead] | undefined => {
  try {
    return JSON.parse(json) as [string, EntryHead];
  } catch {
    return undefined;
  }
};

/** The entry under `key`, checked whole; `undefined` for anything foreign, damaged or of another key. */
export const decodeEntry = (value: Buffer, key: string): DecodedEntry | undefined => {
  const entry = decodePrefix(value);
  if (!entry || entry.key !== key) return undefined;
  const expected = entry.pieces === 1 ? entry.size : entry.pieceBytes;
  return entry.first.length === expected && crc32(entry.first) === entry.bodyCrc ? entry : undefined;
};

export const encodePiece = (nonce: string, bytes: Uint8Array): Buffer => {
  const piece = Buffer.allocUnsafe(PIECE_FIXED_BYTES + bytes.length);
  piece.writeUInt32BE(PIECE_MAGIC, 0);
  piece.writeUInt32BE(crc32(bytes), 4);
  piece.write(nonce, 8, 'hex');
  piece.set(bytes, PIECE_FIXED_BYTES);
  return piece;
};

export const decodePiece = (value: Buffer, nonce: string): Buffer | undefined => {
  if (value.length < PIECE_FIXED_BYTES || value.readUInt32BE(0) !== PIECE_MAGIC) return undefined;
  const bytes = value.subarray(PIECE_FIXED_BYTES);
  return value.toString('hex', 8, PIECE_FIXED_BYTES) === nonce && crc32(bytes) === value.readUInt32BE(4)
    ? bytes
    : undefined;
};
