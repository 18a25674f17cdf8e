import type { Body, EntryHead } from '../entry.js';
import { endOfLife, wantedIn } from '../lifetime.js';
import type { KeyPage, PurgeMark, Tier, TierEntry, TierStats, TierWriter } from '../tier.js';
import { WholeBody } from '../whole-body.js';
import { RedisConnection, type RedisState } from './connection.js';
import { asError, briefError } from './errors.js';
import { decodeEntry, decodeHeader, decodePiece, encodePrefix, FIXED_BYTES, type DecodedEntry } from './format.js';
import { clearEntries, listEntries } from './listing.js';
import { SharedMarks } from './marks.js';
import type { RedisConnectionOptions } from './options.js';
import { PiecedBody } from './pieces.js';
import { REPLACE_PREFIX } from './scripts.js';
import { storeStats } from './store-stats.js';
import { resolveTierSettings, type RedisTierSettings, type ResolvedTierSettings } from './tier-options.js';
import { WriteBehind, type WriteBehindCounts } from './write-behind.js';
import { EntryWriter, type WriterContext } from './writer.js';

/** Redis or Redis Cluster as a tier of a cache. */
export interface RedisTier extends Tier {
  /** Whether Redis answers. The tier itself never fails its caller: without Redis it has nothing and takes nothing. */
  state(): RedisState;
  onState(listener: (state: RedisState) => void): () => void;
  /** `host:port` of the nodes in use. */
  readonly nodes: readonly string[];
  /** What went wrong last. */
  readonly lastError: Error | undefined;
  /** How the writes on their way are doing. */
  writes(): WriteBehindCounts;
  /** Resolves when all writes that can be sent now have been. */
  flush(): Promise<void>;
}

export interface RedisTierOptions extends RedisConnectionOptions, RedisTierSettings {
  /** A connection to share; whoever made it closes it. @default one of its own, from the other options */
  readonly connection?: RedisConnection;
}

/** Bodies of up to so many pieces are fetched whole before they are given out, so that they cannot break off. */
const EAGER_PIECES = 4;
/** How long pieces of an entry that was replaced stay, for those who are reading it. ms */
const RETIRED_FOR = 30_000;
const PIECE_GRACE = 60_000;
const nothing = (): void => {};

/**
 * Makes the tier.
 * @throws {RangeError | TypeError} for an option that cannot be; nothing else fails, whether Redis is there or not.
 */
export const redisTier = (options: RedisTierOptions = {}): RedisTier => new SharedTier(options);

class SharedTier implements RedisTier {
  readonly name: string;
  readonly #settings: ResolvedTierSettings;
  readonly #connection: RedisConnection;
  readonly #owned: boolean;
  readonly #queue: WriteBehind;
  readonly #marks: SharedMarks;
  readonly #context: WriterContext;
  readonly #unsubscribe: () => void;
  #hits = 0;
  #misses = 0;
  #errors = 0;
  #lastError: Error | undefined;

  constructor(options: RedisTierOptions) {
    this.#settings = resolveTierSettings(options);
    this.name = this.#settings.name;
    this.#owned = options.connection === undefined;
    const connection = options.connection ?? new RedisConnection(options);
    const { clock, maxEntryBytes, pieceBytes } = this.#settings;
    this.#connection = connection;
    this.#queue = new WriteBehind(connection, this.#settings.writeBehind, clock, (error) => this.#failed(error));
    this.#marks = new SharedMarks(connection);
    this.#queue.onOverflow = () => void this.#marks.add([{ kind: 'prefix', value: '', at: clock(), soft: false }]);
    const retire = (name: string): Promise<void> => this.#retire(name);
    this.#context = { connection, queue: this.#queue, maxEntryBytes, pieceBytes, clock, retire };
    this.#unsubscribe = this.#listen();
  }

  get nodes(): readonly string[] {
    return this.#connection.nodes;
  }

  get lastError(): Error | undefined {
    return this.#connection.lastError ?? this.#lastError;
  }

  state(): RedisState {
    return this.#connection.state();
  }

  onState(listener: (state: RedisState) => void): () => void {
    return this.#connection.onState(listener);
  }

  writes(): WriteBehindCounts {
    return this.#queue.counts;
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  async open(key: string): Promise<TierEntry | undefined> {
    const entry = await this.#find(key);
    const head = entry && this.#marks.apply(key, entry.head);
    if (!entry || !head || endOfLife(head) <= this.#settings.clock()) return this.#miss();
    const body = entry.pieces === 1 ? new WholeBody(entry.first) : await this.#gather(entry);
    if (!body) return this.#miss();
    this.#hits += 1;
    return { key, head, body, placedAt: entry.placedAt, close: nothing };
  }

  write(key: string, head: EntryHead, size: number | undefined): TierWriter | undefined {
    const { maxEntryBytes, clock } = this.#settings;
    if ((size ?? 0) > maxEntryBytes || endOfLife(head) <= clock() || !wantedIn(head, this.name)) return undefined;
    return new EntryWriter(this.#context, key, head, size);
  }

  async renew(key: string, head: EntryHead): Promise<boolean> {
    const name = this.#connection.names.entry(key);
    const pending = this.#queue.peek(name);
    if (pending === null) return false;
    try {
      if (pending) {
        const entry = decodeEntry(pending, key);
        if (!entry) return false;
        const prefix = encodePrefix(key, head, { ...entry, placedAt: this.#settings.clock() });
        await this.#queue.set(name, Buffer.concat([prefix, entry.first]), endOfLife(head));
        return true;
      }
      return await this.#replaceHead(key, name, head);
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  delete(key: string): Promise<boolean> {
    const name = this.#connection.names.entry(key);
    const pending = this.#queue.peek(name);
    const removed = this.#queue.remove(name);
    return pending ? removed.then(() => true) : removed;
  }

  async clear(): Promise<number> {
    this.#queue.forget(() => true);
    // Holds for what cannot be reached now, and for what other processes have still to send.
    await this.purge([{ kind: 'prefix', value: '', at: this.#settings.clock(), soft: false }]);
    if (!this.#connection.usable) return 0;
    return clearEntries(this.#connection, (error) => this.#failed(error));
  }

  purge(marks: readonly PurgeMark[]): Promise<void> {
    return this.#marks.add(marks);
  }

  keys(options: { limit: number; cursor?: string; prefix?: string; contains?: string }): Promise<KeyPage> {
    if (!this.#connection.usable) return Promise.resolve({ keys: [], cursor: undefined });
    const { clock } = this.#settings;
    return listEntries(this.#connection, options, {
      visible: (entry) => {
        const head = this.#marks.apply(entry.key, entry.head);
        return head && endOfLife(head) > clock() ? { key: entry.key, head, size: entry.size } : undefined;
      },
      failed: (error) => this.#failed(error),
    });
  }

  async stats(): Promise<TierStats> {
    const { written, dropped } = this.#queue.counts;
    return {
      hits: this.#hits,
      misses: this.#misses,
      writes: written,
      errors: this.#errors,
      evictions: dropped,
      maxEntries: undefined,
      ...(await storeStats(this.#connection)),
    };
  }

  async close(): Promise<void> {
    const { writeTimeout } = this.#connection.options;
    let timer: NodeJS.Timeout | undefined;
    await Promise.race([this.#queue.flush(), new Promise((end) => (timer = setTimeout(end, writeTimeout)))]);
    clearTimeout(timer);
    this.#unsubscribe();
    this.#queue.close();
    this.#marks.close();
    if (this.#owned) this.#connection.close();
  }

  /** The body of an entry in pieces; `undefined` when one of them is gone. */
  async #gather(entry: DecodedEntry): Promise<Body | undefined> {
    const fetch = (index: number): Promise<Buffer> => this.#piece(entry, index);
    if (entry.pieces > EAGER_PIECES) return new PiecedBody({ ...entry, fetch });
    try {
      const rest = await Promise.all(Array.from({ length: entry.pieces - 1 }, (_, index) => fetch(index + 1)));
      const bytes = Buffer.concat([entry.first, ...rest]);
      return bytes.length === entry.size ? new WholeBody(bytes) : undefined;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** What was written last under the key: from the queue of this process, or from Redis. */
  async #find(key: string): Promise<DecodedEntry | undefined> {
    const connection = this.#connection;
    const name = connection.names.entry(key);
    const pending = this.#queue.peek(name);
    if (pending !== undefined) return pending === null ? undefined : decodeEntry(pending, key);
    if (!connection.usable) return undefined;
    try {
      const value = await connection.read(name, (redis) => redis.getBuffer(name));
      return value === null ? undefined : decodeEntry(value, key);
    } catch (error) {
      this.#failed(error);
      return undefined;
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

  /** Ends the further pieces of what is stored under a name, in a while. */
  async #retire(name: string): Promise<void> {
    try {
      const connection = this.#connection;
      const header = decodeHeader(
        await connection.read(name, (redis) => redis.getrangeBuffer(name, 0, FIXED_BYTES - 1)),
      );
      for (let index = 1; index < (header?.pieces ?? 0); index += 1) {
        const piece = connection.names.piece(name, header?.nonce ?? '', index);
        await connection.write(piece, (redis) => redis.pexpire(piece, RETIRED_FOR));
      }
    } catch (error) {
      this.#failed(error);
    }
  }

  async #replaceHead(key: string, name: string, head: EntryHead): Promise<boolean> {
    const connection = this.#connection;
    if (!connection.usable) return false;
    const fixed = await connection.read(name, (redis) => redis.getrangeBuffer(name, 0, FIXED_BYTES - 1));
    const header = decodeHeader(fixed);
    const life = Math.ceil(endOfLife(head) - this.#settings.clock());
    if (!header || life <= 0) return false;
    const prefix = encodePrefix(key, head, { ...header, placedAt: this.#settings.clock() });
    const nonce = fixed.subarray(FIXED_BYTES - 8);
    const done = await connection.write(name, (redis) => redis.eval(REPLACE_PREFIX, 1, name, nonce, prefix, life));
    for (let index = 1; index < header.pieces; index += 1) {
      const piece = connection.names.piece(name, header.nonce, index);
      await connection.write(piece, (redis) => redis.pexpire(piece, life + PIECE_GRACE));
    }
    return done === 1;
  }

  #listen(): () => void {
    const { bus } = this.#settings;
    if (!bus) return () => {};
    const ends = [
      bus.onGap(() => void this.#marks.look()),
      bus.onMessage((message) => {
        if (message.type === 'delete') {
          const names = new Set(message.keys.map((key) => this.#connection.names.entry(key)));
          this.#queue.forget((name) => names.has(name));
        } else if (message.type !== 'note') void this.#marks.look();
      }),
    ];
    return () => ends.forEach((end) => end());
  }

  #miss(): undefined {
    this.#misses += 1;
    return undefined;
  }

  #failed(error: unknown): void {
    this.#errors += 1;
    this.#lastError = asError(error);
  }
}
