import type { CacheEvents } from './cache.js';
import type { ResolvedCacheOptions } from './cache-options.js';
import type { EntryHead } from './entry.js';
import type { Events } from './events.js';
import { type Found, foundInMemory, judge } from './found.js';
import { endOfLife, madeStale, wantedIn } from './lifetime.js';
import { GrowingBody } from './growing-body.js';
import { pump } from './pump.js';
import type { KeptEntry } from './memory/memory-entry.js';
import type { MemoryTier } from './memory/memory-tier.js';
import { PurgeMarks } from './purge-marks.js';
import { TierSlot } from './tier-slot.js';
import type { Tier, TierEntry } from './tier.js';
import { within } from './within.js';

/** The tiers in their order: finds copies, and brings what is found below into memory. */
export class Ladder<M> {
  readonly memory: MemoryTier | undefined;
  readonly slots: readonly TierSlot[];
  readonly marks: PurgeMarks = new PurgeMarks();
  readonly #options: ResolvedCacheOptions;
  readonly #looking = new Map<string, Promise<Found<M> | undefined>>();
  readonly #comingUp = new Map<string, Found<M> & { readonly body: GrowingBody }>();
  #removals = 0;
  #lastMark = 0;
  #distrustedUntil = -Infinity;

  constructor(tiers: readonly Tier[], options: ResolvedCacheOptions, events: Pick<Events<CacheEvents>, 'emit'>) {
    this.#options = options;
    const [first] = tiers;
    this.memory = first !== undefined && isMemoryTier(first) ? first : undefined;
    const below = this.memory === undefined ? tiers : tiers.slice(1);
    this.slots = below.map((tier) => new TierSlot(tier, options.breaker, options.clock, events));
  }

  /** A time for what is stored now: later than every mark, even one set in the same millisecond. */
  storeTime(): number {
    return Math.max(this.#options.clock(), this.#lastMark + 1);
  }

  /** A time for a mark: not before what was stored last. */
  markTime(): number {
    return (this.#lastMark = this.storeTime());
  }

  /** Something was removed: what was found before must not be brought into memory after. */
  removed(): void {
    this.#removals++;
    this.#looking.clear();
    this.#comingUp.clear();
  }

  /** What was stored until then is no longer trusted, but in tiers whose content others share. */
  distrust(until: number): void {
    this.#distrustedUntil = Math.max(this.#distrustedUntil, until);
    this.#lastMark = Math.max(this.#lastMark, until);
    this.removed();
    for (const entry of this.memory?.entries() ?? [])
      if (entry.head.storedAt <= until)
        this.memory?.place(entry.key, madeStale(entry.head, entry.head.storedAt), entry.bytes);
  }

  /** A copy in memory that is not garbage. */
  inMemory(key: string): Found<M> | undefined {
    const { memory } = this;
    const entry = memory?.peek(key) as KeptEntry<M> | undefined;
    if (memory === undefined || entry === undefined) return undefined;
    if (this.#options.clock() < entry.garbageFrom) return foundInMemory(entry, memory.name);
    memory.remove(key);
    return undefined;
  }

  /** The best copy that the tiers below memory have, or the one already known; one look for all who ask at once. */
  find(key: string, known: Found<M> | undefined): Promise<Found<M> | undefined> {
    if (this.slots.length === 0) return Promise.resolve(known);
    const coming = this.#comingUp.get(key);
    if (coming?.body.joinable === true) return Promise.resolve(coming);
    let looking = this.#looking.get(key);
    if (looking === undefined) {
      looking = this.#search(key, known).finally(() => {
        if (this.#looking.get(key) === looking) this.#looking.delete(key);
      });
      this.#looking.set(key, looking);
    }
    return looking;
  }

  /** Puts an entry into memory, unless it is too large or not wanted there. */
  place(key: string, head: EntryHead<M>, bytes: Uint8Array): KeptEntry<M> | undefined {
    const entry = this.memory?.place(key, head, bytes) as KeptEntry<M> | undefined;
    const { refreshAhead } = this.#options;
    if (entry !== undefined && refreshAhead > 0)
      entry.refreshAt = entry.usableUntil - refreshAhead * (entry.usableUntil - entry.placedAt);
    return entry;
  }

  async #search(key: string, known: Found<M> | undefined): Promise<Found<M> | undefined> {
    const { clock } = this.#options;
    const removals = this.#removals;
    let best = known;
    for (const slot of this.slots) {
      const opened = await slot.attempt('read', 'open', () => this.#open(slot, key), undefined);
      const found = opened === undefined ? undefined : this.#examine(key, slot, opened);
      if (found === undefined) continue;
      if (best !== undefined && best.head.storedAt > found.head.storedAt) {
        found.close();
        continue;
      }
      best?.close();
      best = found;
      if (judge(found, clock(), undefined) === 'fresh') break;
    }
    if (best === undefined || best === known || this.#removals !== removals) return best;
    const promoted = this.#promote(key, best);
    // An older copy in memory must not stand before a newer one that has no place there.
    if (known?.entry !== undefined && promoted.entry === undefined && this.memory?.peek(key) === known.entry)
      this.memory.remove(key);
    return promoted;
  }

  #open(slot: TierSlot, key: string): Promise<TierEntry | undefined> {
    const late = (entry: TierEntry | undefined): void => entry?.close();
    return within(slot.tier.open(key), this.#options.tierTimeout, `Opening an entry of ${slot.tier.name}`, late);
  }

  /** Holds what a tier has against purges and its age. */
  #examine(key: string, slot: TierSlot, opened: TierEntry): Found<M> | undefined {
    const { tier } = slot;
    let head = this.marks.apply(key, opened.head as EntryHead<M>);
    if (head !== undefined && tier.shared !== true && head.storedAt <= this.#distrustedUntil)
      head = madeStale(head, head.storedAt);
    if (head === undefined || this.#options.clock() >= endOfLife(head)) {
      opened.close();
      void slot.attempt('write', 'delete', () => tier.delete(key), false);
      return undefined;
    }
    const { body, placedAt } = opened;
    return { tier: tier.name, head, body, placedAt, entry: undefined, close: () => opened.close() };
  }

  #promote(key: string, found: Found<M>): Found<M> {
    const { memory } = this;
    if (memory === undefined || !wantedIn(found.head, memory.name)) return found;
    const { bytes, size } = found.body;
    if (bytes === undefined) return (size ?? Infinity) <= memory.maxEntryBytes ? this.#bringUp(key, found) : found;
    const entry = this.place(key, found.head, bytes);
    return entry === undefined ? found : { ...found, entry };
  }

  /** Reads a longer body once for all who ask, and into memory when it has come whole. */
  #bringUp(key: string, found: Found<M>): Found<M> {
    const removals = this.#removals;
    const done = (): void => {
      if (this.#comingUp.get(key) === shared) this.#comingUp.delete(key);
      found.close();
    };
    const body = new GrowingBody({
      size: found.body.size,
      retainBytes: Infinity,
      windowBytes: this.#options.windowBytes,
      onEnd: () => {
        if (body.bytes !== undefined && this.#removals === removals) this.place(key, found.head, body.bytes);
        done();
      },
      onFail: done,
    });
    const shared = { ...found, body, close: nothing };
    this.#comingUp.set(key, shared);
    // It is short and near: it comes up whether those who asked stay or not.
    body.hold();
    pump(found.body.reader(), body, new AbortController().signal);
    return shared;
  }
}

function nothing(): void {}

function isMemoryTier(tier: Tier): tier is MemoryTier {
  return 'touch' in tier && 'place' in tier && 'peek' in tier;
}
