import type { BookEntry } from './book-store.js';
import { eachOf } from './each-of.js';
import type { ResolvedBookOptions } from './options.js';
import { isComfortable, Shelf } from './shelf.js';
import { signUrl } from './url-signer.js';

/** An entry, and whether it was there before it was asked for. */
export interface Looked {
  readonly entry: BookEntry;
  readonly known: boolean;
}

export interface RefreshCounts {
  readonly refreshed: number;
  readonly failed: number;
}

/** On what terms a URL is signed anew. */
export interface RefreshTerms {
  readonly minAge?: number;
  readonly check?: (entry: BookEntry) => Promise<void>;
}

/** Refreshes that readers set off, at once; beyond that they are left to {@link UrlBook.refreshDue}. */
const MOST_RENEWALS = 1000;

/**
 * One stable URL for each key, for all who share the store: signed when first asked for, replaced ahead of its end while
 * in use, and kept for as long as it works when nothing better can be had.
 */
export class UrlBook {
  readonly #options: ResolvedBookOptions;
  readonly #shelf: Shelf;
  readonly #looking = new Map<string, Promise<Looked>>();
  readonly #renewing = new Map<string, Promise<BookEntry>>();
  readonly #refreshing = new Map<string, Promise<Looked>>();

  constructor(options: ResolvedBookOptions) {
    this.#options = options;
    this.#shelf = new Shelf(options);
  }

  /** The URL of a key, where it is known here and need not be thought about. */
  peek(key: string): BookEntry | undefined {
    return this.#shelf.peek(key, this.#now());
  }

  /** The URL of a key; one look and one signing for all who ask at once. */
  async get(key: string): Promise<Looked> {
    const entry = this.peek(key);
    if (entry !== undefined) return { entry, known: true };
    return shared(this.#looking, key, async () => {
      const [outcome] = await this.#look([key]);
      if (outcome?.status === 'fulfilled') return outcome.value;
      throw outcome?.reason;
    });
  }

  /** Many at once, with one look into the store; outcomes are in the keys' order. */
  async getMany(keys: readonly string[]): Promise<readonly PromiseSettledResult<Looked>[]> {
    const outcomes = keys.map((key): PromiseSettledResult<Looked> | undefined => {
      const entry = this.peek(key);
      return entry === undefined ? undefined : { status: 'fulfilled', value: { entry, known: true } };
    });
    const missing = [...keys.keys()].filter((index) => outcomes[index] === undefined);
    const looked = await this.#look(missing.map((index) => keys[index] ?? ''));
    for (const [position, index] of missing.entries()) outcomes[index] = looked[position];
    return outcomes.filter((outcome) => outcome !== undefined);
  }

  /**
   * Signs anew and replaces, unless the present URL was signed less than `minAge` ms ago. `check` may object to the new
   * one, by rejecting. Where anything fails the present one stays.
   */
  refresh(key: string, { minAge = 0, check }: RefreshTerms = {}): Promise<Looked> {
    const refreshing = (): Promise<Looked> => this.#refresh(key, minAge, check);
    // Whoever would take what is young takes what is being made.
    return minAge > 0 && check === undefined ? shared(this.#refreshing, key, refreshing) : refreshing();
  }

  async #refresh(key: string, minAge: number, check: RefreshTerms['check']): Promise<Looked> {
    if (minAge > 0) {
      const now = this.#now();
      const entry = (await this.#shelf.read([key], now)).get(key);
      if (entry !== undefined && isComfortable(entry, now) && now - entry.signedAt < minAge)
        return { entry, known: true };
    }
    const entry = await signUrl(this.#options, key);
    await check?.(entry);
    await this.#shelf.replace([entry], this.#now());
    return { entry, known: false };
  }

  /** Refreshes keys that are due and in use, as far as nobody else is at it. Rejects when the store is away. */
  async refreshDue(limit: number, signal: AbortSignal | undefined): Promise<RefreshCounts> {
    const { activeWithin, book, concurrency, lease, onError } = this.#options;
    signal?.throwIfAborted();
    const now = this.#now();
    const due = await book.claimDue({ now, until: now + lease, limit, usedSince: now - activeWithin });
    const outcomes = await eachOf(due, concurrency, async (old) => {
      signal?.throwIfAborted();
      return this.#better(old);
    });
    const signed = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? []) : []));
    if (signed.length > 0) await book.replace(signed, this.#now());
    // What was signed until then is kept; the rest is due again when the lease ends.
    signal?.throwIfAborted();
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const [index, outcome] of outcomes.entries())
      if (outcome.status === 'rejected') onError(outcome.reason, due[index]?.key);
    return { refreshed: signed.length, failed: failures.length };
  }

  /** Removes what has expired; resolves to how many URLs. Rejects when the store is away. */
  cleanUp(): Promise<number> {
    return this.#options.book.cleanUp(this.#now());
  }

  async #look(keys: readonly string[]): Promise<readonly PromiseSettledResult<Looked>[]> {
    const { concurrency } = this.#options;
    const stored = await this.#shelf.read(keys, this.#now());
    const absent = [...new Set(keys.filter((key) => !stored.has(key)))];
    const signed = await eachOf(absent, concurrency, (key) => signUrl(this.#options, key));
    const made = signed.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const kept = new Map((await this.#shelf.offer(made, this.#now())).map((entry) => [entry.key, entry]));
    const failures = new Map(signed.map((outcome, index) => [absent[index], outcome]));
    return eachOf(keys, keys.length, async (key) => {
      const known = stored.get(key);
      if (known !== undefined) return { entry: await this.#inForce(known), known: true };
      const entry = kept.get(key);
      if (entry !== undefined) return { entry, known: false };
      const failure = failures.get(key);
      throw failure?.status === 'rejected' ? failure.reason : new Error(`the book lost the entry of ${key}`);
    });
  }

  /** The entry itself, with its refresh behind it once it is due; what takes its place where it is about to end. */
  async #inForce(entry: BookEntry): Promise<BookEntry> {
    const now = this.#now();
    if (now < entry.refreshAt) return entry;
    const comfortable = isComfortable(entry, now);
    if (comfortable && this.#renewing.size >= MOST_RENEWALS) return entry;
    const renewal = shared(this.#renewing, entry.key, () => this.#renew(entry));
    return comfortable ? entry : renewal;
  }

  async #renew(old: BookEntry): Promise<BookEntry> {
    try {
      if (!(await this.#shelf.claim(old.key, this.#now()))) return old;
      const entry = await this.#better(old);
      if (entry === undefined) return old;
      await this.#shelf.replace([entry], this.#now());
      return entry;
    } catch (error) {
      this.#options.onError(error, old.key);
      return old;
    }
  }

  /** A new entry; undefined while nothing would be gained by a change, as the credentials end no later than before. */
  async #better(old: BookEntry): Promise<BookEntry | undefined> {
    const entry = await signUrl(this.#options, old.key);
    return entry.expiresAt > old.expiresAt ? entry : undefined;
  }

  #now(): number {
    return this.#options.clock.now();
  }
}

/** One run for all who ask while it lasts. */
function shared<T>(running: Map<string, Promise<T>>, key: string, run: () => Promise<T>): Promise<T> {
  const begun = running.get(key);
  if (begun !== undefined) return begun;
  const started = run().finally(() => running.delete(key));
  running.set(key, started);
  return started;
}
