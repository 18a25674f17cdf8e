import type { EntryHead } from './entry.js';
import { madeStale } from './lifetime.js';
import type { PurgeMark } from './tier.js';

/**
 * Purging by generation: a mark says "what was stored until then, under this tag or prefix, is gone", and an entry is
 * held against the marks when it is found. Nothing is scanned, and what nobody asks for any more goes with age.
 */
export class PurgeMarks {
  readonly #tags = new Map<string, PurgeMark>();
  readonly #softTags = new Map<string, PurgeMark>();
  readonly #prefixes = new Map<string, PurgeMark>();
  readonly #max: number;
  #floor = 0;
  #epoch = 0;

  /** @param max Beyond so many marks the oldest become one: all that was stored until then is gone. */
  constructor(max = 10_000) {
    this.#max = max;
  }

  /** Changes with every mark: who has checked an entry at this epoch need not check it again. */
  get epoch(): number {
    return this.#epoch;
  }

  add(mark: PurgeMark): void {
    this.#epoch++;
    if (mark.kind === 'prefix') keepLatest(this.#prefixes, `${mark.soft ? 's' : 'h'}${mark.value}`, mark);
    else keepLatest(mark.soft ? this.#softTags : this.#tags, mark.value, mark);
    while (this.#tags.size + this.#softTags.size + this.#prefixes.size > this.#max) this.#dropOldest();
  }

  /** The head as it is after all marks: as it was, made stale, or `undefined` where the entry is purged. */
  apply<M>(key: string, head: EntryHead<M>): EntryHead<M> | undefined {
    if (this.#epoch === 0) return head;
    if (head.storedAt <= this.#floor) return undefined;
    let result = head;
    for (const tag of head.tags) {
      if (covers(this.#tags.get(tag), head)) return undefined;
      const soft = this.#softTags.get(tag);
      if (covers(soft, head)) result = madeStale(result, soft.at);
    }
    for (const mark of this.#prefixes.values()) {
      if (!covers(mark, head) || !key.startsWith(mark.value)) continue;
      if (!mark.soft) return undefined;
      result = madeStale(result, mark.at);
    }
    return result;
  }

  /** Drops the marks that are older than anything stored can be. */
  forgetUntil(at: number): void {
    for (const marks of [this.#tags, this.#softTags, this.#prefixes])
      for (const [name, mark] of marks) if (mark.at <= at) marks.delete(name);
  }

  *[Symbol.iterator](): IterableIterator<PurgeMark> {
    yield* this.#tags.values();
    yield* this.#softTags.values();
    yield* this.#prefixes.values();
  }

  #dropOldest(): void {
    let oldest: { marks: Map<string, PurgeMark>; name: string; at: number } | undefined;
    for (const marks of [this.#tags, this.#softTags, this.#prefixes]) {
      const first = marks.entries().next().value;
      if (first !== undefined && (oldest === undefined || first[1].at < oldest.at))
        oldest = { marks, name: first[0], at: first[1].at };
    }
    if (oldest === undefined) return;
    this.#floor = Math.max(this.#floor, oldest.at);
    oldest.marks.delete(oldest.name);
  }
}

function covers(mark: PurgeMark | undefined, head: EntryHead): mark is PurgeMark {
  return mark !== undefined && head.storedAt <= mark.at;
}

function keepLatest(marks: Map<string, PurgeMark>, name: string, mark: PurgeMark): void {
  const known = marks.get(name);
  marks.delete(name);
  marks.set(name, known !== undefined && known.at > mark.at ? known : mark);
}
