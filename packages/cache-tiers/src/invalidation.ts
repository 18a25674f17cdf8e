import type { BusMessage } from './bus.js';
import type { CacheEvents, PurgeSelection } from './cache.js';
import type { ResolvedCacheOptions } from './cache-options.js';
import type { Events } from './events.js';
import type { Ladder } from './ladder.js';
import { madeStale } from './lifetime.js';
import type { Loads } from './loads.js';
import type { TierSlot } from './tier-slot.js';
import type { PurgeMark } from './tier.js';

/** Clearing a large directory takes a while. */
const CLEAR_MS = 60_000;

/** Removes: here, in every tier, and by the bus in the caches of others. */
export class Invalidation<M> {
  readonly #options: ResolvedCacheOptions;
  readonly #ladder: Ladder<M>;
  readonly #loads: Loads<M>;
  readonly #events: Events<CacheEvents<M>>;
  readonly #unsubscribe: (() => void)[] = [];

  constructor(options: ResolvedCacheOptions, ladder: Ladder<M>, loads: Loads<M>, events: Events<CacheEvents<M>>) {
    this.#options = options;
    this.#ladder = ladder;
    this.#loads = loads;
    this.#events = events;
    const { bus } = options;
    if (bus === undefined) return;
    this.#unsubscribe.push(
      bus.onMessage((message) => void this.#heard(message)),
      bus.onGap(({ until }) => {
        this.#loads.disown(() => true);
        ladder.distrust(until);
      }),
    );
  }

  async delete(key: string): Promise<boolean> {
    const removed = await this.#drop([key], this.#ladder.slots);
    await this.#options.bus?.publish({ type: 'delete', keys: [key] });
    return removed > 0;
  }

  /** Resolves to how many entries are known to have gone; those below memory under prefixes and tags go when they are next looked at. */
  async purge(selection: PurgeSelection): Promise<number> {
    const { keys = [], prefix, tags = [], soft = false } = selection;
    let removed = 0;
    if (keys.length > 0) {
      removed += soft ? await this.#soften(keys) : await this.#drop(keys, this.#ladder.slots);
      if (!soft) await this.#options.bus?.publish({ type: 'delete', keys });
    }
    const at = this.#ladder.markTime();
    const marks: PurgeMark[] = tags.map((value) => ({ kind: 'tag', value, at, soft }));
    if (prefix !== undefined) marks.push({ kind: 'prefix', value: prefix, at, soft });
    if (marks.length > 0) {
      removed += await this.#mark(marks, this.#ladder.slots);
      await this.#options.bus?.publish({ type: 'purge', marks });
    }
    this.#events.emit('purge', { selection, removed });
    return removed;
  }

  async clear(tier?: string): Promise<number> {
    const removed = await this.#clear(tier, this.#ladder.slots);
    const message = { type: 'clear', at: this.#options.clock() } as const;
    await this.#options.bus?.publish(tier === undefined ? message : { ...message, tier });
    return removed;
  }

  close(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** What another cache did: the shared tiers have seen it already. */
  async #heard(message: BusMessage): Promise<void> {
    const own = this.#ladder.slots.filter((slot) => slot.tier.shared !== true);
    switch (message.type) {
      case 'delete':
        await this.#drop(message.keys, own);
        return;
      case 'purge':
        await this.#mark(message.marks, own);
        return;
      case 'clear':
        await this.#clear(message.tier, own);
        return;
      case 'note':
        return;
    }
  }

  async #drop(keys: readonly string[], slots: readonly TierSlot[]): Promise<number> {
    const { memory } = this.#ladder;
    const gone = new Set(keys);
    this.#loads.disown((key) => gone.has(key));
    this.#ladder.removed();
    const removed = await Promise.all(
      keys.map(async (key) => {
        const here = memory?.remove(key) === true;
        const below = await Promise.all(slots.map((slot) => this.#insist(slot, 'delete', () => slot.tier.delete(key))));
        // A tier that could not remove it may come back with it: then this process at least knows better.
        if (below.includes(undefined))
          this.#ladder.marks.add({ kind: 'prefix', value: key, at: this.#ladder.markTime(), soft: false });
        return here || below.includes(true);
      }),
    );
    return removed.filter(Boolean).length;
  }

  #insist<T>(slot: TierSlot, what: string, call: () => Promise<T>): Promise<T | undefined> {
    return slot.insist(what, call, this.#options.tierTimeout);
  }

  async #mark(marks: readonly PurgeMark[], slots: readonly TierSlot[]): Promise<number> {
    const { memory } = this.#ladder;
    for (const mark of marks) this.#ladder.marks.add(mark);
    this.#ladder.removed();
    let removed = 0;
    for (const { key, head, bytes } of memory?.entries() ?? []) {
      const now = this.#ladder.marks.apply(key, head);
      if (now === head) continue;
      removed++;
      if (now === undefined) memory?.remove(key);
      else memory?.place(key, now, bytes);
    }
    await Promise.all(slots.map((slot) => this.#insist(slot, 'purge', async () => slot.tier.purge?.(marks))));
    return removed;
  }

  async #soften(keys: readonly string[]): Promise<number> {
    const at = this.#ladder.markTime();
    const { memory, slots } = this.#ladder;
    this.#ladder.removed();
    let softened = 0;
    for (const key of keys) {
      const entry = memory?.peek(key);
      if (entry !== undefined) memory?.place(key, madeStale(entry.head, at), entry.bytes);
      const below = await Promise.all(
        slots.map((slot) =>
          slot.attempt(
            'write',
            'renew',
            async () => {
              const found = await slot.tier.open(key);
              found?.close();
              return found !== undefined && slot.tier.renew(key, madeStale(found.head, at), found.head);
            },
            false,
          ),
        ),
      );
      if (entry !== undefined || below.includes(true)) softened++;
    }
    return softened;
  }

  async #clear(tier: string | undefined, slots: readonly TierSlot[]): Promise<number> {
    const { memory } = this.#ladder;
    const all = tier === undefined;
    this.#ladder.removed();
    if (all) this.#loads.disown(() => true);
    const here = memory !== undefined && (all || memory.name === tier) ? await memory.clear() : 0;
    const below = await Promise.all(
      slots
        .filter((slot) => all || slot.tier.name === tier)
        .map(async (slot) => (await slot.insist('clear', () => slot.tier.clear(), CLEAR_MS)) ?? 0),
    );
    return Math.max(here, ...below);
  }
}
