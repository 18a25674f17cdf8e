import type { ResolvedCacheOptions } from './cache-options.js';
import type { Body, BodyReader, EntryHead } from './entry.js';
import { isCacheError } from './errors.js';
import { GrowingBody } from './growing-body.js';
import { GrowingReader } from './growing-reader.js';
import { wantedIn } from './lifetime.js';
import type { TierSlot } from './tier-slot.js';
import type { Tier, TierWriter } from './tier.js';
import { within } from './within.js';

/** What is being stored: looked at again before it becomes readable, as it may have been purged meanwhile. */
export interface Fill {
  readonly key: string;
  readonly head: EntryHead;
  readonly body: Body;
  wanted(): boolean;
}

/** Writes bodies to the tiers below memory as they arrive. A tier that is slow, full or broken goes without. */
export class Filler {
  readonly #slots: readonly TierSlot[];
  readonly #options: ResolvedCacheOptions;
  #bytes = 0;
  readonly #running = new Set<Promise<void>>();

  constructor(slots: readonly TierSlot[], options: ResolvedCacheOptions) {
    this.#slots = slots;
    this.#options = options;
  }

  /** Resolves when the tiers have it or have given up; never rejects. Readers are attached before it returns. */
  fill(fill: Fill): Promise<void> {
    const slots = this.#slots.filter((slot) => wantedIn(fill.head, slot.tier.name));
    const cost = fill.body.size ?? this.#options.windowBytes;
    const dropping = this.#dropElsewhere(fill.key, slots);
    if (slots.length === 0 || this.#bytes + cost > this.#options.maxFillBytes) return dropping;
    const readers = slots.map(() => readerOf(fill.body));
    this.#bytes += cost;
    const running = Promise.all([dropping, this.#run(fill, slots, readers)]).then(() => {
      this.#bytes -= cost;
      this.#running.delete(running);
    });
    this.#running.add(running);
    return running;
  }

  /** Resolves when nothing is being written any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** A tier that is not to have an entry must not go on with the one that came before. */
  async #dropElsewhere(key: string, wanted: readonly TierSlot[]): Promise<void> {
    if (wanted.length === this.#slots.length) return;
    const others = this.#slots.filter((slot) => !wanted.includes(slot));
    await Promise.all(others.map((slot) => slot.attempt('write', 'delete', () => slot.tier.delete(key), false)));
  }

  #timed<T>(tier: Tier, step: Promise<T>, late?: (result: T) => void): Promise<T> {
    return within(step, this.#options.tierTimeout, `Writing to ${tier.name}`, late);
  }

  async #run(fill: Fill, slots: readonly TierSlot[], readers: readonly BodyReader[]): Promise<void> {
    const writes = slots.map((slot, index) => ({ slot, reader: readers[index] as BodyReader }));
    if (this.#options.fill === 'all') {
      await Promise.all(writes.map(({ slot, reader }) => this.#write(fill, slot, reader)));
      return;
    }
    let stored = false;
    for (const { slot, reader } of writes) {
      if (stored) reader.cancel();
      else stored = await this.#write(fill, slot, reader);
    }
  }

  /** True once the tier has it, or it is not to have it any more. */
  async #write(fill: Fill, slot: TierSlot, reader: BodyReader): Promise<boolean> {
    if (!slot.allows('write')) {
      reader.cancel();
      return false;
    }
    const { tier } = slot;
    const { key, head, body } = fill;
    let writer: TierWriter | undefined;
    let spilling = false;
    try {
      writer = await this.#timed(tier, Promise.resolve(tier.write(key, head, body.size)), (late) => void late?.abort());
      if (writer === undefined) {
        slot.succeeded('write');
        return false;
      }
      spilling = spillInto(body, reader, writer);
      const timed = (step: Promise<void>): Promise<void> => this.#timed(tier, step);
      if (!(await copy(reader, writer, timed)) || !fill.wanted()) return true;
      await timed(writer.commit());
      slot.succeeded('write');
      // It may have been purged while the tier was at its last step.
      if (!fill.wanted()) await tier.delete(key);
      return true;
    } catch (error) {
      if (isCacheError(error) && error.code === 'ERR_CACHE_TIER_DECLINED') slot.succeeded('write');
      else slot.failed('write', 'write', error);
      return false;
    } finally {
      reader.cancel();
      const aborting = Promise.resolve(writer?.abort());
      if (spilling) (body as GrowingBody).spillEnded();
      else writer?.release?.();
      await this.#timed(tier, aborting).catch(() => undefined);
    }
  }
}

function readerOf(body: Body): BodyReader {
  return body instanceof GrowingBody ? body.attach('tier') : body.reader();
}

/** Lets a large body use what is written to this tier as its memory; true if it does. */
function spillInto(body: Body, reader: BodyReader, writer: TierWriter): boolean {
  if (!(body instanceof GrowingBody && reader instanceof GrowingReader) || writer.readBack === undefined) return false;
  const spill = {
    get written(): number {
      return writer.written ?? 0;
    },
    readBack: writer.readBack.bind(writer),
    release: () => writer.release?.(),
  };
  return body.spillTo(spill, reader);
}

/** False if the body broke: no fault of the tier's. A tier that fell behind throws. */
async function copy(
  reader: BodyReader,
  writer: TierWriter,
  timed: (step: Promise<void>) => Promise<void>,
): Promise<boolean> {
  for (;;) {
    let chunk: Uint8Array | null | undefined;
    try {
      chunk = reader.read();
    } catch (error) {
      if (isCacheError(error) && error.code === 'ERR_CACHE_TIER_BEHIND') throw error;
      return false;
    }
    if (chunk === undefined) return true;
    if (chunk === null) {
      await new Promise<void>((resolve) => {
        reader.onReadable = resolve;
      });
      continue;
    }
    const ready = writer.write(chunk);
    if (ready !== undefined) await timed(ready);
  }
}
