import type { RedisConnection } from './connection.js';
import { replyCode } from './errors.js';
import { decodeHeader } from './format.js';
import type { OwedRemovals } from './owed-removals.js';
import { TAKE_HEADER } from './scripts.js';

/** What is to happen to one name: it gets a value, or it goes. */
interface Change {
  readonly name: string;
  /** `undefined`: the name is removed. */
  readonly value: Buffer | undefined;
  /** When the value is worth nothing any more, ms since the epoch. */
  readonly expiresAt: number;
  readonly bytes: number;
  /** This or an older change of the name was sent without an answer so far: Redis may yet carry it out, late. */
  sent: boolean;
  /** Told whether there was something to remove. */
  readonly settle: (existed: boolean) => void;
}

export interface WriteBehindCounts {
  readonly written: number;
  /** Values that gave way to newer ones for want of room. */
  readonly dropped: number;
  /** Values that the server refused. */
  readonly refused: number;
  readonly waiting: number;
  readonly waitingBytes: number;
}

const AT_ONCE = 32;
/** What a change costs beside its value. */
const OVERHEAD = 256;
const RETRY_EVERY = 250;
/** Redis counts in signed 64 bits; nobody means more than this. */
const LONGEST_LIFE = 10 * 365 * 86_400_000;

/** Replies that say "not now". */
const PASSING = new Set(['LOADING', 'CLUSTERDOWN', 'MASTERDOWN', 'TRYAGAIN', 'READONLY', 'BUSY', 'NOREPLICAS']);

/**
 * Changes on their way to Redis. For each name only the newest is kept; what cannot be sent now waits until its node
 * answers again; beyond the bound the oldest values are dropped and counted. Whoever reads asks here first, so that
 * this process sees its own changes at once.
 */
export class WriteBehind {
  readonly #connection: RedisConnection;
  readonly #bound: number;
  readonly #failed: (error: unknown) => void;
  readonly #clock: () => number;
  readonly #waiting = new Map<string, Change>();
  readonly #parked = new Map<string, Change>();
  readonly #sending = new Map<string, Change>();
  readonly #owed: OwedRemovals;
  readonly #idle: (() => void)[] = [];
  #bytes = 0;
  #written = 0;
  #dropped = 0;
  #refused = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #unsubscribe: () => void;
  #closed = false;

  constructor(
    connection: RedisConnection,
    bound: number,
    clock: () => number,
    failed: (error: unknown) => void,
    owed: OwedRemovals,
  ) {
    this.#connection = connection;
    this.#bound = bound;
    this.#clock = clock;
    this.#failed = failed;
    this.#owed = owed;
    this.#unsubscribe = connection.onState(() => this.#unpark());
  }

  get counts(): WriteBehindCounts {
    return {
      written: this.#written,
      dropped: this.#dropped,
      refused: this.#refused,
      waiting: this.#waiting.size + this.#parked.size + this.#sending.size,
      waitingBytes: this.#bytes,
    };
  }

  /** The newest change that Redis may not have yet: a value, `null` for a removal, `undefined` for none. */
  peek(name: string): Buffer | null | undefined {
    const change = this.#waiting.get(name) ?? this.#parked.get(name) ?? this.#sending.get(name);
    if (change) return change.value ?? null;
    return this.#owed.covers(name) ? null : undefined;
  }

  /** Resolves when Redis has the value, or as soon as it is plain that it must wait or was dropped. */
  async set(name: string, value: Buffer, expiresAt: number): Promise<void> {
    await this.#add(name, value, expiresAt);
  }

  /** Resolves like `set`, to whether something was removed as far as is known by then. */
  remove(name: string): Promise<boolean> {
    this.#owed.note(name);
    return this.#add(name, undefined, Number.POSITIVE_INFINITY);
  }

  /** Sets aside room for a body that is being written; false when there is none. */
  reserve(bytes: number): boolean {
    this.#bytes += bytes;
    this.#makeRoom();
    if (this.#bytes <= this.#bound) return true;
    this.#bytes -= bytes;
    this.#dropped += 1;
    return false;
  }

  free(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Forgets values not yet sent whose name satisfies the test: another process purged them. */
  forget(test: (name: string) => boolean): void {
    for (const queue of [this.#waiting, this.#parked, this.#sending])
      for (const change of queue.values()) {
        if (!change.value || !test(change.name)) continue;
        // What is on its way cannot be called back: it is removed behind itself.
        if (change.sent) void this.#add(change.name, undefined, Number.POSITIVE_INFINITY);
        else this.#take(queue, change);
      }
  }

  /** Resolves when everything that can be sent now has been. */
  flush(): Promise<void> {
    this.#unpark();
    if (this.#waiting.size + this.#sending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#unsubscribe();
    for (const queue of [this.#waiting, this.#parked]) for (const change of queue.values()) this.#take(queue, change);
    this.#wake();
  }

  #add(name: string, value: Buffer | undefined, expiresAt: number): Promise<boolean> {
    if (this.#closed) return Promise.resolve(false);
    return new Promise((settle) => {
      let sent = this.#sending.has(name);
      for (const queue of [this.#waiting, this.#parked]) {
        const older = queue.get(name);
        if (!older) continue;
        sent ||= older.sent;
        this.#take(queue, older);
      }
      const bytes = OVERHEAD + name.length + (value?.length ?? 0);
      this.#bytes += bytes;
      this.#waiting.set(name, { name, value, expiresAt, bytes, sent, settle });
      this.#makeRoom();
      this.#pump();
    });
  }

  #take(queue: Map<string, Change>, change: Change): void {
    queue.delete(change.name);
    this.#bytes -= change.bytes;
    change.settle(false);
  }

  #makeRoom(): void {
    for (const queue of [this.#parked, this.#waiting]) {
      for (const change of queue.values()) {
        if (this.#bytes <= this.#bound) return;
        if (!change.value) continue;
        this.#dropped += 1;
        this.#take(queue, change);
      }
    }
  }

  #pump(): void {
    for (const change of this.#waiting.values()) {
      if (this.#sending.size >= AT_ONCE) return;
      if (this.#sending.has(change.name)) continue;
      this.#waiting.delete(change.name);
      if (change.value && change.expiresAt <= this.#clock()) {
        this.#bytes -= change.bytes;
        change.settle(false);
      } else if (this.#connection.usable && this.#connection.set.canWrite(change.name)) {
        this.#sending.set(change.name, change);
        void this.#send(change);
      } else this.#park(change);
    }
    this.#wake();
  }

  async #send(change: Change): Promise<void> {
    const { name, value } = change;
    let park = false;
    let existed = false;
    change.sent = true;
    try {
      if (value) await this.#set(name, value, change.expiresAt);
      else existed = await this.#remove(name);
    } catch (error) {
      const code = replyCode(error);
      park = code === undefined || PASSING.has(code);
      if (!park) this.#refused += 1;
      this.#failed(error);
    }
    this.#sending.delete(name);
    if (park && !this.#closed && !this.#waiting.has(name)) this.#park(change);
    else {
      this.#bytes -= change.bytes;
      change.settle(existed);
    }
    this.#pump();
  }

  async #set(name: string, value: Buffer, expiresAt: number): Promise<void> {
    const life = Math.max(1, Math.min(LONGEST_LIFE, Math.ceil(expiresAt - this.#clock())));
    await this.#connection.write(name, (redis) => redis.set(name, value, 'PX', life));
    this.#written += 1;
  }

  /** Removes an entry, and then its further pieces, which are worth nothing without it. */
  async #remove(name: string): Promise<boolean> {
    const connection = this.#connection;
    const value = await connection.write(name, (redis) =>
      redis.callBuffer('EVAL', TAKE_HEADER, 1, name).catch((error: unknown) => {
        // A server that allows no scripts: the pieces end with their own lifetime.
        if (replyCode(error) !== 'NOPERM') throw error;
        return redis.unlink(name);
      }),
    );
    if (!Buffer.isBuffer(value)) return value === 1;
    const header = decodeHeader(value);
    for (let index = 1; index < (header?.pieces ?? 0); index += 1) {
      const piece = connection.names.piece(name, header?.nonce ?? '', index);
      connection.write(piece, (redis) => redis.unlink(piece)).catch(this.#failed);
    }
    return true;
  }

  #park(change: Change): void {
    change.settle(false);
    this.#parked.set(change.name, change);
    this.#makeRoom();
    this.#retryLater();
  }

  #retryLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#unpark();
    }, RETRY_EVERY).unref();
  }

  #unpark(): void {
    if (this.#closed) return;
    if (this.#owed.any) {
      this.#retryLater();
      this.#owed.pay().catch(this.#failed);
    }
    for (const [name, change] of this.#parked) {
      this.#parked.delete(name);
      if (this.#waiting.has(name)) this.#bytes -= change.bytes;
      else this.#waiting.set(name, change);
    }
    this.#pump();
  }

  #wake(): void {
    if (this.#waiting.size + this.#sending.size === 0) for (const resume of this.#idle.splice(0)) resume();
  }
}
