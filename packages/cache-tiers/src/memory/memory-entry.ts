import type { MemoryEntry, Opened } from '../cache.js';
import type { Body, EntryHead } from '../entry.js';
import { endOfLife, usableUntil } from '../lifetime.js';
import { WholeBody } from '../whole-body.js';

/** A body where it is kept. */
export interface Kept {
  readonly bytes: Uint8Array;
  /** Free bytes in front of it, in the same allocation. */
  readonly headroom: number;
}

/** An entry of the memory tier, with what the cache above remembers beside it so that a hit need work nothing out. */
export class KeptEntry<M = unknown> implements MemoryEntry<M> {
  readonly key: string;
  readonly head: EntryHead<M>;
  readonly bytes: Uint8Array;
  readonly headroom: number;
  readonly placedAt: number;
  readonly usableUntil: number;
  readonly garbageFrom: number;
  prepared: unknown = undefined;
  /** From when on a hit begins a refresh ahead of time. */
  refreshAt: number = Infinity;
  /** The epoch of the purge marks that this entry was last held against. */
  checkedEpoch: number = -1;
  /** The answer for a fresh hit, made at the first one. */
  opened: Opened<M> | undefined = undefined;
  #body: Body | undefined;

  constructor(key: string, head: EntryHead<M>, { bytes, headroom }: Kept, placedAt: number, tier: string) {
    this.key = key;
    this.head = head;
    this.bytes = bytes;
    this.headroom = headroom;
    this.placedAt = placedAt;
    this.usableUntil = usableUntil(head, tier, placedAt);
    this.garbageFrom = endOfLife(head);
  }

  get body(): Body {
    return (this.#body ??= new WholeBody(this.bytes));
  }
}
