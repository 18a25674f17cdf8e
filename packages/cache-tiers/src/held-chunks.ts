import { joinBytes } from './bytes.js';
import { CacheError } from './errors.js';

/** The part of a body that is in memory: chunks in a row, added at the end and dropped from the beginning. */
export class HeldChunks {
  readonly #chunks: Uint8Array[] = [];
  /** Where each of the chunks begins. */
  readonly #offsets: number[] = [];
  #start = 0;
  #end = 0;

  /** Position of the first byte that is held. */
  get start(): number {
    return this.#start;
  }

  /** Position behind the last byte: how many have arrived in all. */
  get end(): number {
    return this.#end;
  }

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#offsets.push(this.#end);
    this.#end += chunk.byteLength;
  }

  /** What the chunk that holds a position has from there on. @throws CacheError if none holds it */
  at(position: number): Uint8Array {
    let low = 0;
    let high = this.#offsets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#offsets[middle] ?? Infinity) <= position) low = middle;
      else high = middle - 1;
    }
    const chunk = this.#chunks[low];
    const offset = this.#offsets[low];
    if (chunk === undefined || offset === undefined)
      throw new CacheError('ERR_CACHE_BODY_GONE', `Byte ${position} is not held`);
    return position === offset ? chunk : chunk.subarray(position - offset);
  }

  /** Drops the chunks that end at or before a position. */
  dropUntil(position: number): void {
    for (;;) {
      const first = this.#chunks[0];
      if (first === undefined || this.#start + first.byteLength > position) return;
      this.#start += first.byteLength;
      this.#chunks.shift();
      this.#offsets.shift();
    }
  }

  /** All that is held in one piece, which takes the place of the chunks. */
  join(): Uint8Array {
    const whole = joinBytes(this.#chunks);
    this.#chunks.splice(0, this.#chunks.length, whole);
    this.#offsets.splice(0, this.#offsets.length, this.#start);
    return whole;
  }
}
