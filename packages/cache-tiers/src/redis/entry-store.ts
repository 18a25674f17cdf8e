import type { Body, EntryHead } from '../entry.js';
import { endOfLife, sameEntry } from '../lifetime.js';
import { WholeBody } from '../whole-body.js';
import type { RedisConnection } from './connection.js';
import { briefError } from './errors.js';
import {
  decodeEntry,
  decodeHeader,
  decodePiece,
  decodePrefix,
  encodePrefix,
  FIXED_BYTES,
  SEEN_FROM,
  type DecodedEntry,
  type EntryHeader,
} from './format.js';
import { PiecedBody } from './pieces.js';
import { REPLACE_PREFIX } from './scripts.js';

/** Bodies of up to so many pieces are fetched whole before they are given out, so that they cannot break off. */
const EAGER_PIECES = 4;
/** How long pieces of an entry that was replaced stay, for those who are reading it. ms */
const RETIRED_FOR = 30_000;
/** Enough for nearly every entry's header and head. */
const START_BYTES = 4096;
/** Further pieces outlive the entry by this, so that a reader who began in time can end. ms */
export const PIECE_GRACE = 60_000;

/** Entries as they lie in Redis. Whatever goes wrong rejects. */
export class EntryStore {
  readonly #connection: RedisConnection;
  readonly #clock: () => number;

  constructor(connection: RedisConnection, clock: () => number) {
    this.#connection = connection;
    this.#clock = clock;
  }

  async find(key: string, name: string): Promise<DecodedEntry | undefined> {
    const value = await this.#connection.read(name, (redis) => redis.getBuffer(name));
    return value === null ? undefined : decodeEntry(value, key);
  }

  /** The body of an entry that was found. */
  async body(entry: DecodedEntry): Promise<Body> {
    if (entry.pieces === 1) return new WholeBody(unpinned(entry.first));
    const fetch = (index: number): Promise<Buffer> => this.#piece(entry, index);
    if (entry.pieces > EAGER_PIECES) return new PiecedBody({ ...entry, fetch });
    const rest = await Promise.all(Array.from({ length: entry.pieces - 1 }, (_, index) => fetch(index + 1)));
    const bytes = Buffer.concat([entry.first, ...rest]);
    if (bytes.length !== entry.size) throw briefError('body-lost', `${bytes.length} of ${entry.size} bytes are there`);
    return new WholeBody(bytes);
  }

  /** Ends the further pieces of what is stored under a name, in a while. */
  async retire(name: string): Promise<void> {
    const header = decodeHeader(await this.#part(name, FIXED_BYTES));
    if (header) await this.#expirePieces(name, header, RETIRED_FOR);
  }

  /**
   * Gives an entry a new head and life; false when there is none, when it is not the one that `previous` describes, or
   * when it was replaced meanwhile.
   */
  async replaceHead(key: string, name: string, head: EntryHead, previous: EntryHead | undefined): Promise<boolean> {
    const start = await this.#start(name);
    const stored = decodePrefix(start);
    const now = this.#clock();
    const life = Math.ceil(endOfLife(head) - now);
    if (stored?.key !== key || life <= 0) return false;
    if (previous !== undefined && !sameEntry(stored.head, previous)) return false;
    const prefix = encodePrefix(key, head, { ...stored, placedAt: now });
    const seen = start.subarray(SEEN_FROM, FIXED_BYTES);
    const done = await this.#connection.write(name, (redis) => redis.eval(REPLACE_PREFIX, 1, name, seen, prefix, life));
    if (done !== 1) return false;
    await this.#expirePieces(name, stored, life + PIECE_GRACE);
    return true;
  }

  /** Header and head, and perhaps some of the body. */
  async #start(name: string): Promise<Buffer> {
    const start = await this.#part(name, START_BYTES);
    const needed = FIXED_BYTES + (decodeHeader(start)?.jsonBytes ?? 0);
    return needed <= start.length || start.length < START_BYTES ? start : this.#part(name, needed);
  }

  #part(name: string, bytes: number): Promise<Buffer> {
    return this.#connection.read(name, (redis) => redis.getrangeBuffer(name, 0, bytes - 1));
  }

  async #expirePieces(name: string, { pieces, nonce }: EntryHeader, ms: number): Promise<void> {
    for (let index = 1; index < pieces; index += 1) {
      const piece = this.#connection.names.piece(name, nonce, index);
      await this.#connection.write(piece, (redis) => redis.pexpire(piece, ms));
    }
  }

  async #piece(entry: DecodedEntry, index: number): Promise<Buffer> {
    const { names } = this.#connection;
    const name = names.piece(names.entry(entry.key), entry.nonce, index);
    const value = await this.#connection.read(name, (redis) => redis.getBuffer(name));
    const bytes = value && decodePiece(value, entry.nonce);
    if (!bytes) throw briefError('body-lost', `piece ${index} of ${entry.pieces} is gone or damaged`);
    return bytes;
  }
}

/** What came in is a part of what was read from the socket; a small part must not keep all of that in memory. */
const unpinned = (bytes: Buffer): Buffer => {
  if (bytes.buffer.byteLength <= 4 * bytes.length) return bytes;
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
};
