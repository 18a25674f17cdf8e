import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import type { EntryHead } from '../entry.js';
import { CacheError } from '../errors.js';
import { endOfLife } from '../lifetime.js';
import type { TierWriter } from '../tier.js';
import { errorCode, type Files } from './files.js';
import { accessTimeFor, BlockChecksums, bodyStart, encodeStart, roomFor } from './format.js';

/** Smaller bodies are written in one go at `commit`; larger ones in pieces of this size. */
const PIECE_BYTES = 256 * 1024;
/** More than this waiting for the disk asks the source to wait. */
const PENDING_BYTES = 1024 * 1024;

export interface WriterContext {
  readonly files: Files;
  /** Where the entry is to be. */
  readonly path: string;
  readonly maxEntryBytes: number;
  readonly clock: () => number;
  readonly newTemporary: () => string;
  /** Makes the folders below the tier's directory (again). */
  readonly makeFolders: () => Promise<void>;
  /** Bytes and entries that came to be, or went. */
  readonly account: (bytes: number, entries: number) => void;
  /** One after the other for this path. */
  readonly inTurn: (work: () => Promise<void>) => Promise<void>;
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

/** Writes an entry to a temporary file and renames it when it is whole. No fsync: the checksums tell after a crash. */
export class DiskWriter implements TierWriter {
  readonly #context: WriterContext;
  readonly #head: Buffer;
  readonly #entryHead: EntryHead;
  readonly #room: number;
  readonly #checksums = new BlockChecksums();
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #pendingBytes = 0;
  #total = 0;
  #written = 0;
  #tail: Promise<void> = Promise.resolve();
  #error: unknown;
  #temporary: string | undefined;
  #fd: number | undefined;
  #users = 0;
  #released = false;
  #done = false;

  constructor(context: WriterContext, head: Buffer, entryHead: EntryHead) {
    this.#context = context;
    this.#head = head;
    this.#entryHead = entryHead;
    this.#room = roomFor(head.byteLength);
  }

  get written(): number {
    return this.#written;
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    this.#total += chunk.byteLength;
    if (this.#total > this.#context.maxEntryBytes)
      return Promise.reject(new CacheError('ERR_CACHE_TIER_DECLINED', 'The body is larger than the disk tier keeps'));
    this.#checksums.add(chunk);
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.byteLength;
    this.#pendingBytes += chunk.byteLength;
    if (this.#waitingBytes >= PIECE_BYTES) this.#flush();
    return this.#pendingBytes > PENDING_BYTES ? this.#settled() : undefined;
  }

  commit(): Promise<void> {
    return this.#using(() => this.#commit());
  }

  async #commit(): Promise<void> {
    const { files, clock, path } = this.#context;
    try {
      await this.#settled();
      const table = this.#checksums.table();
      const placedAt = clock();
      const garbageFrom = endOfLife(this.#entryHead);
      const facts = { headRoom: this.#room, tableCrc: crc32(table), bodyBytes: this.#total, placedAt, garbageFrom };
      const header = encodeStart(this.#head, facts);
      const tailAt = header.byteLength + this.#total - this.#waitingBytes;
      const fd = this.#fd ?? (await this.#openTemporary());
      if (this.#written === 0) await files.write(fd, [header, ...this.#waiting, table], 0);
      else {
        await files.write(fd, [...this.#waiting, table], tailAt);
        await files.write(fd, [header], 0);
      }
      this.#waiting = [];
      await files.setTimes(fd, accessTimeFor(garbageFrom), placedAt);
      const bytes = header.byteLength + this.#total + table.byteLength;
      // In turn, so that what one replaces is counted once.
      await this.#context.inTurn(() => this.#place(path, bytes));
      this.#done = true;
      if (this.#written === 0) this.release();
    } catch (error) {
      if (this.#error === undefined) this.#context.failed(error);
      throw error;
    }
  }

  async abort(): Promise<void> {
    if (this.#done) return;
    this.#done = true;
    this.#waiting = [];
    await this.#tail;
    if (this.#temporary !== undefined) await this.#context.files.unlink(this.#temporary).catch(() => false);
    if (this.#written === 0) this.release();
  }

  async readBack(start: number, length: number): Promise<Uint8Array> {
    if (this.#fd === undefined || this.#released)
      throw new CacheError('ERR_CACHE_BODY_GONE', `Byte ${start} is no longer held`);
    const fd = this.#fd;
    const buffer = Buffer.allocUnsafeSlow(length);
    const got = await this.#using(() =>
      this.#context.files.read(fd, buffer, bodyStart({ headRoom: this.#room }) + start),
    );
    return buffer.subarray(0, got);
  }

  release(): void {
    this.#released = true;
    if (this.#users > 0 || this.#fd === undefined) return;
    this.#context.files.close(this.#fd);
    this.#fd = undefined;
  }

  /** The descriptor stays open while anything is done with it: its number may be given to another file. */
  async #using<T>(work: () => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await work();
    } finally {
      this.#users--;
      if (this.#released) this.release();
    }
  }

  async #settled(): Promise<void> {
    await this.#tail;
    if (this.#error !== undefined) throw this.#error;
  }

  #flush(): void {
    const batch = this.#waiting;
    const bytes = this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#tail = this.#tail
      .then(() => this.#using(() => this.#writeBatch(batch, bytes)))
      .catch((error: unknown) => {
        if (this.#error === undefined) this.#context.failed(error);
        this.#error ??= error;
      });
  }

  async #writeBatch(batch: readonly Uint8Array[], bytes: number): Promise<void> {
    if (this.#error !== undefined || this.#done) return;
    const fd = this.#fd ?? (await this.#openTemporary());
    await this.#context.files.write(fd, batch, bodyStart({ headRoom: this.#room }) + this.#written);
    this.#written += bytes;
    this.#pendingBytes -= bytes;
  }

  async #openTemporary(): Promise<number> {
    const { files } = this.#context;
    const path = this.#context.newTemporary();
    // For reading too: readers of a body that still arrives are served from here.
    this.#fd = await files.open(path, 'wx+').catch(async (error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error;
      await this.#context.makeFolders();
      return files.open(path, 'wx+');
    });
    this.#temporary = path;
    return this.#fd;
  }

  async #place(path: string, bytes: number): Promise<void> {
    const { files, account, stored } = this.#context;
    const temporary = this.#temporary;
    if (temporary === undefined) return;
    const before = await files.times(path);
    try {
      await files.rename(temporary, path).catch(async (error: unknown) => {
        if (errorCode(error) !== 'ENOENT') throw error;
        await files.makeFolder(dirname(path));
        account(blocksOf(1), 0);
        return files.rename(temporary, path);
      });
    } catch (error) {
      await files.unlink(temporary).catch(() => false);
      // A folder lies where the file should be: that entry cannot be kept, all others can.
      if (before !== undefined && !before.isFile()) return;
      throw error;
    }
    stored();
    account(blocksOf(bytes) - (before === undefined ? 0 : before.blocks * 512), before === undefined ? 1 : 0);
  }
}

/** What a file of so many bytes takes up on the disk, near enough. */
export function blocksOf(bytes: number): number {
  return Math.ceil(bytes / 4096) * 4096;
}
