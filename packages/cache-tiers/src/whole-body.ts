import type { Body, BodyReader, ByteRange } from './entry.js';
import { CacheError } from './errors.js';

/** The async iteration that every reader shares: waits for `onReadable`, and leaves when the loop is left. */
export async function* chunksOf(reader: BodyReader): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for (;;) {
      const chunk = reader.read();
      if (chunk === undefined) return;
      if (chunk === null) {
        await new Promise<void>((resolve) => {
          reader.onReadable = resolve;
        });
      } else yield chunk;
    }
  } finally {
    reader.cancel();
  }
}

/** Checks a range; gives its start and the position behind its end (`Infinity` where none was asked for). */
export function rangeBounds(range: ByteRange | undefined): { start: number; stop: number } {
  if (range === undefined) return { start: 0, stop: Infinity };
  const { start, end } = range;
  if (!Number.isSafeInteger(start) || start < 0) throw new RangeError(`range.start must be a position, not ${start}`);
  if (!(end >= start)) throw new RangeError(`range.end must not be before range.start: ${start}-${end}`);
  return { start, stop: end + 1 };
}

/** What `read()` throws after `cancel()`; without a stack, as it is only control flow. */
export function cancelled(): CacheError {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = new CacheError('ERR_CACHE_CANCELLED', 'The reader was cancelled');
  Error.stackTraceLimit = limit;
  return error;
}

/** A body that is in memory whole. */
export class WholeBody implements Body {
  readonly size: number;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.size = bytes.byteLength;
  }

  reader(range?: ByteRange): BodyReader {
    const { start, stop } = rangeBounds(range);
    return new WholeReader(this.bytes.subarray(start, Math.min(stop, this.size)));
  }
}

class WholeReader implements BodyReader {
  onReadable: (() => void) | undefined = undefined;
  #rest: Uint8Array | undefined;
  #left = false;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes.byteLength === 0 ? undefined : bytes;
  }

  read(): Uint8Array | undefined {
    if (this.#left) throw cancelled();
    const chunk = this.#rest;
    this.#rest = undefined;
    return chunk;
  }

  cancel(): void {
    this.#left = true;
    this.onReadable = undefined;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return chunksOf(this);
  }
}
