import { joinBytes } from './bytes.js';
import type { SetOptions } from './cache.js';
import type { ResolvedCacheOptions } from './cache-options.js';
import type { Body, EntryHead } from './entry.js';
import { CacheError } from './errors.js';
import type { Filler } from './filler.js';
import { GrowingBody } from './growing-body.js';
import type { Ladder } from './ladder.js';
import { headFor } from './lifetime.js';
import { pump } from './pump.js';
import { WholeBody } from './whole-body.js';

export interface StoreRequest<M> {
  readonly key: string;
  readonly value: Uint8Array | AsyncIterable<Uint8Array>;
  readonly options: SetOptions<M>;
  readonly cache: ResolvedCacheOptions;
  readonly ladder: Ladder<M>;
  readonly filler: Filler;
}

/** Stores a value that the caller gives; resolves when every tier has it or has given up, rejects when the value broke. */
export async function storeValue<M>(request: StoreRequest<M>): Promise<{ head: EntryHead<M>; size: number }> {
  const { key, value, options, cache, ladder, filler } = request;
  const { metadata, lifetime, tags = [], size } = options;
  const head = headFor(metadata, lifetime, tags, ladder.storeTime(), cache.lifetimes);
  const wanted = (): boolean => ladder.marks.apply(key, head) !== undefined;
  let body: Body;
  if (value instanceof Uint8Array) {
    if (size !== undefined && size !== value.byteLength)
      throw new CacheError(
        'ERR_CACHE_BODY_LENGTH',
        `The value has ${value.byteLength} bytes, not the announced ${size}`,
      );
    body = new WholeBody(joinBytes([value]));
    ladder.place(key, head, body.bytes as Uint8Array);
    await filler.fill({ key, head, body, wanted });
    return { head, size: value.byteLength };
  }
  const failure: { error?: unknown } = {};
  const growing = new GrowingBody({
    size,
    retainBytes: cache.retainBytes,
    windowBytes: cache.windowBytes,
    onEnd: () => {
      if (growing.bytes === undefined) ladder.memory?.remove(key);
      else if (wanted()) ladder.place(key, head, growing.bytes);
    },
    onFail: (error) => {
      failure.error = error;
    },
  });
  growing.hold();
  const filled = filler.fill({ key, head, body: growing, wanted });
  const ended = growing.ended();
  pump(value, growing, new AbortController().signal);
  await ended;
  await filled;
  if ('error' in failure) throw failure.error;
  return { head, size: growing.arrived };
}
