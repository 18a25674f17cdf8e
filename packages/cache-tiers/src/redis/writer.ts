import type { EntryHead } from '../entry.js';
import { endOfLife } from '../lifetime.js';
import type { TierWriter } from '../tier.js';
import type { RedisConnection } from './connection.js';
import { PIECE_GRACE } from './entry-store.js';
import { briefError, presentable } from './errors.js';
import { encodeEntry, encodePiece, newNonce } from './format.js';
import type { WriteBehind } from './write-behind.js';

export interface WriterContext {
  readonly connection: RedisConnection;
  readonly queue: WriteBehind;
  readonly maxEntryBytes: number;
  readonly pieceBytes: number;
  readonly clock: () => number;
  /** Called before an entry of several pieces takes the place of what is there. */
  readonly retire: (name: string) => Promise<void>;
}

/**
 * Gathers the first piece and sends each further one as it is full; the entry itself, with the first piece, is written
 * at the commit, so that nobody sees it before.
 */
export class EntryWriter implements TierWriter {
  readonly #context: WriterContext;
  readonly #key: string;
  readonly #name: string;
  readonly #head: EntryHead;
  readonly #announced: number | undefined;
  readonly #nonce: string = newNonce();
  readonly #expiresAt: number;
  #first: Buffer | undefined;
  #chunks: Uint8Array[] = [];
  #gathered = 0;
  #size = 0;
  #pieces = 1;
  #sent: Promise<void> = Promise.resolve();
  #reserved = 0;
  #failure: Error | undefined;
  #over = false;

  constructor(context: WriterContext, key: string, head: EntryHead, announced: number | undefined) {
    this.#context = context;
    this.#key = key;
    this.#name = context.connection.names.entry(key);
    this.#head = head;
    this.#announced = announced;
    this.#expiresAt = endOfLife(head);
  }

  write(chunk: Uint8Array): void | Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    const { maxEntryBytes, queue } = this.#context;
    this.#size += chunk.length;
    if (this.#size > maxEntryBytes)
      return this.#giveUp(briefError('too-large', `the entry is larger than ${maxEntryBytes} bytes`));
    if (!queue.reserve(chunk.length))
      return this.#giveUp(briefError('dropped', 'there is no room left for writes on their way'));
    this.#reserved += chunk.length;
    this.#chunks.push(chunk);
    this.#gathered += chunk.length;
    return this.#gathered > this.#context.pieceBytes ? this.#cut() : undefined;
  }

  async commit(): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (this.#announced !== undefined && this.#announced !== this.#size) {
      const error = briefError('refused', `${this.#size} bytes came, ${this.#announced} were announced`);
      await this.#giveUp(error).catch(() => undefined);
      throw error;
    }
    const { queue, clock, pieceBytes } = this.#context;
    const rest = Buffer.concat(this.#chunks, this.#gathered);
    if (this.#first) this.#send(rest);
    await this.#sent;
    this.#over = true;
    const name = this.#name;
    const value = encodeEntry(this.#key, this.#head, this.#first ?? rest, {
      placedAt: clock(),
      size: this.#size,
      pieces: this.#pieces,
      pieceBytes,
      nonce: this.#nonce,
    });
    this.#release();
    if (this.#pieces > 1) await this.#context.retire(name);
    await queue.set(name, value, this.#expiresAt);
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure ??= briefError('dropped', 'the write was given up');
    this.#release();
    const { connection } = this.#context;
    for (let index = 1; index < this.#pieces; index += 1) {
      const name = connection.names.piece(this.#name, this.#nonce, index);
      // What is left behind ends with its own lifetime.
      connection.write(name, (redis) => redis.unlink(name)).catch(() => undefined);
    }
  }

  /** Sends all whole pieces but the first, which goes with the entry, and what may turn out to be the last. */
  #cut(): Promise<void> {
    const { pieceBytes } = this.#context;
    const all = Buffer.concat(this.#chunks, this.#gathered);
    let from = 0;
    for (; all.length - from > pieceBytes; from += pieceBytes) {
      const piece = all.subarray(from, from + pieceBytes);
      if (this.#first) this.#send(piece);
      else this.#first = piece;
    }
    this.#chunks = [all.subarray(from)];
    this.#gathered = all.length - from;
    return this.#sent;
  }

  /** One after the other, so that one body cannot fill the connection. */
  #send(bytes: Buffer): void {
    const index = this.#pieces;
    this.#pieces += 1;
    this.#sent = this.#sent.then(() => this.#sendNow(bytes, index));
    // Whoever waits for it hears of it; nobody has to.
    this.#sent.catch(() => undefined);
  }

  async #sendNow(bytes: Buffer, index: number): Promise<void> {
    if (this.#failure) throw this.#failure;
    const { connection, queue, clock } = this.#context;
    const name = connection.names.piece(this.#name, this.#nonce, index);
    const life = Math.max(1, Math.ceil(this.#expiresAt - clock())) + PIECE_GRACE;
    try {
      await connection.write(name, (redis) => redis.set(name, encodePiece(this.#nonce, bytes), 'PX', life));
    } catch (error) {
      await this.#giveUp(briefError('dropped', `piece ${index} could not be written`, presentable(error)));
    }
    if (this.#over) return;
    queue.free(bytes.length);
    this.#reserved -= bytes.length;
  }

  #giveUp(error: Error): Promise<never> {
    this.#failure = error;
    this.abort();
    return Promise.reject(error);
  }

  #release(): void {
    this.#context.queue.free(this.#reserved);
    this.#reserved = 0;
    this.#chunks = [];
  }
}
