import type { EntryHead } from '../entry.js';
import { endOfLife, sameEntry, wantedIn } from '../lifetime.js';
import type { KeyPage, PurgeMark, Tier, TierEntry, TierStats, TierWriter } from '../tier.js';
import { RedisConnection, type RedisState } from './connection.js';
import { EntryStore } from './entry-store.js';
import { presentable } from './errors.js';
import { decodeEntry, encodePrefix, type DecodedEntry } from './format.js';
import { clearEntries, listEntries } from './listing.js';
import { SharedMarks } from './marks.js';
import type { RedisConnectionOptions } from './options.js';
import { OwedRemovals } from './owed-removals.js';
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

const nothing = (): void => {};

/**
 * Makes the tier.
 * @throws {RangeError | TypeError} for an option that cannot be; nothing else fails, whether Redis is there or not.
 */
export const redisTier = (options: RedisTierOptions = {}): RedisTier => new SharedTier(options);

class SharedTier implements RedisTier {
  readonly name: string;
  readonly shared = true;
  readonly #settings: ResolvedTierSettings;
  readonly #connection: RedisConnection;
  readonly #owned: boolean;
  readonly #store: EntryStore;
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
    const failed = (error: unknown): void => this.#failed(error);
    this.#store = new EntryStore(connection, clock);
    const owed = new OwedRemovals(connection);
    this.#queue = new WriteBehind(connection, this.#settings.writeBehind, clock, failed, owed);
    this.#marks = new SharedMarks(connection);
    owed.onOverflow = () => void this.#marks.add([{ kind: 'prefix', value: '', at: clock(), soft: false }]);
    const retire = (name: string): Promise<void> => this.#store.retire(name).catch(failed);
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
    try {
      if (!this.#marks.ready) await this.#marks.first();
      const entry = await this.#find(key);
      const head = entry && this.#marks.apply(key, entry.head);
      if (!entry || !head || endOfLife(head) <= this.#settings.clock()) return this.#miss();
      const body = await this.#store.body(entry);
      this.#hits += 1;
      return { key, head, body, placedAt: entry.placedAt, close: nothing };
    } catch (error) {
      this.#failed(error);
      return this.#miss();
    }
  }

  write(key: string, head: EntryHead, size: number | undefined): TierWriter | undefined {
    const { maxEntryBytes, clock } = this.#settings;
    // Without Redis the entry is for the next tier; the queue is for nodes that are away for a moment.
    if (!this.#connection.usable) return undefined;
    if ((size ?? 0) > maxEntryBytes || endOfLife(head) <= clock() || !wantedIn(head, this.name)) return undefined;
    return new EntryWriter(this.#context, key, head, size);
  }

  async renew(key: string, head: EntryHead, previous?: EntryHead): Promise<boolean> {
    const name = this.#connection.names.entry(key);
    const pending = this.#queue.peek(name);
    if (pending === null) return false;
    try {
      if (pending) {
        const entry = decodeEntry(pending, key);
        if (!entry || (previous !== undefined && !sameEntry(entry.head, previous))) return false;
        const prefix = encodePrefix(key, head, { ...entry, placedAt: this.#settings.clock() });
        await this.#queue.set(name, Buffer.concat([prefix, entry.first]), endOfLife(head));
        return true;
      }
      return this.#connection.usable && (await this.#store.replaceHead(key, name, head, previous));
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
    if (this.#owned) await this.#connection.close();
  }

  /** What was written last under the key: from the queue of this process, or from Redis. */
  async #find(key: string): Promise<DecodedEntry | undefined> {
    const name = this.#connection.names.entry(key);
    const pending = this.#queue.peek(name);
    if (pending !== undefined) return pending === null ? undefined : decodeEntry(pending, key);
    return this.#connection.usable ? this.#store.find(key, name) : undefined;
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
    this.#lastError = presentable(error);
  }
}
