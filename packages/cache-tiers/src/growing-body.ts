import type { Body, BodyReader, BodySink, ByteRange } from './entry.js';
import { CacheError } from './errors.js';
import { GrowingReader, type ReaderRole } from './growing-reader.js';
import { HeldChunks } from './held-chunks.js';
import { TierPatience } from './tier-patience.js';
import { rangeBounds } from './whole-body.js';

/** Where a growing body's bytes can be read back from once they are dropped from memory. */
export interface Spill {
  /** Bytes that are readable there, counted from the start. */
  readonly written: number;
  readBack(start: number, length: number): Promise<Uint8Array>;
  release(): void;
}

export interface GrowingBodyOptions {
  /** Announced length; another one is a failure. */
  readonly size: number | undefined;
  /** Bodies up to this many bytes stay in memory whole, so that nobody is held up by a slow reader. */
  readonly retainBytes: number;
  /** Of larger ones, so many bytes are kept ahead of the slowest reader before the source is paused. */
  readonly windowBytes: number;
  readonly onEnd?: () => void;
  readonly onFail?: (error: unknown) => void;
  /** The last reader left while bytes were still arriving, and nothing holds the body. */
  readonly onAbandoned?: () => void;
}

/** How far a tier's writer may fall behind, in windows, before the source waits for it, for a while. */
const TIER_LAG_WINDOWS = 16;

/**
 * Bytes as they arrive, for many readers at positions of their own. Small bodies are kept whole; of large ones a
 * window is kept, and what lies before it is read back from the tier that stores it (the spill), or is gone.
 */
export class GrowingBody implements Body, BodySink {
  onDrain: (() => void) | undefined = undefined;
  readonly #options: GrowingBodyOptions;
  readonly #chunks = new HeldChunks();
  readonly #readers = new Set<GrowingReader>();
  #state: 'arriving' | 'ended' | 'failed' = 'arriving';
  #error: unknown;
  #whole: Uint8Array | undefined;
  #retain: boolean;
  #spill: Spill | undefined;
  #spilling: GrowingReader | undefined;
  readonly #patience: TierPatience = new TierPatience(
    () => this.#lagging(),
    () => this.#advanced(),
  );
  readonly #onSettled: (() => void)[] = [];
  #spilt = false;
  #paused = false;
  #claims = 0;
  #holds = 0;

  constructor(options: GrowingBodyOptions) {
    this.#options = options;
    this.#retain = (options.size ?? 0) <= options.retainBytes;
  }

  get size(): number | undefined {
    return this.#state === 'ended' ? this.#chunks.end : this.#options.size;
  }

  /** The whole body once it has ended, if it was small enough to be retained. */
  get bytes(): Uint8Array | undefined {
    if (this.#state !== 'ended' || this.#chunks.start > 0) return undefined;
    return (this.#whole ??= this.#chunks.join());
  }

  get state(): 'arriving' | 'ended' | 'failed' {
    return this.#state;
  }

  get arrived(): number {
    return this.#chunks.end;
  }

  /** Bytes held in memory now. */
  get held(): number {
    return this.#chunks.end - this.#chunks.start;
  }

  /** Whether a reader may still begin at the very start. */
  get joinable(): boolean {
    return this.#state !== 'failed' && this.#reachable(0);
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'arriving') return true;
    if (chunk.byteLength === 0) return !this.#paused;
    const { size, retainBytes } = this.#options;
    if (size !== undefined && this.#chunks.end + chunk.byteLength > size) {
      this.fail(new CacheError('ERR_CACHE_BODY_LENGTH', `The body is longer than the announced ${size} bytes`));
      return true;
    }
    this.#chunks.add(chunk);
    if (this.#retain && this.#chunks.end > retainBytes) this.#retain = false;
    this.#wake();
    this.#trim();
    this.#abandonIfAlone();
    this.#paused = this.#state === 'arriving' && this.#full();
    return !this.#paused;
  }

  end(): void {
    if (this.#state !== 'arriving') return;
    const { size } = this.#options;
    if (size !== undefined && this.#chunks.end !== size) {
      this.fail(new CacheError('ERR_CACHE_BODY_LENGTH', `The body ended after ${this.#chunks.end} of ${size} bytes`));
      return;
    }
    this.#state = 'ended';
    this.#options.onEnd?.();
    this.#wake();
    this.#releaseSpill();
  }

  fail(error: unknown): void {
    if (this.#state !== 'arriving') return;
    this.#state = 'failed';
    this.#error = error;
    this.#options.onFail?.(error);
    this.#wake();
    this.#releaseSpill();
  }

  reader(range?: ByteRange): BodyReader {
    return this.attach('client', range);
  }

  attach(role: ReaderRole, range?: ByteRange): GrowingReader {
    const { start, stop } = rangeBounds(range);
    if (!this.#reachable(start)) throw new CacheError('ERR_CACHE_BODY_GONE', `Byte ${start} is no longer held`);
    const reader = new GrowingReader(this, role, start, stop);
    this.#readers.add(reader);
    if (role === 'client' && this.#claims > 0 && --this.#claims === 0) this.#advanced();
    return reader;
  }

  /** Somebody was handed this body and will attach a reader: until then it counts as wanted. */
  claim(): void {
    this.#claims++;
  }

  /** Keeps the body arriving whether anybody reads it or not (a refresh in the background). */
  hold(): void {
    this.#holds++;
  }

  /** From now on what `spill` has written may be dropped from memory; `reader` is the one that feeds it. Only the first may. */
  spillTo(spill: Spill, reader: GrowingReader): boolean {
    if (this.#spill !== undefined || this.#spilt) return false;
    this.#spilt = true;
    this.#spill = spill;
    this.#spilling = reader;
    reader.role = 'spill';
    return true;
  }

  /** The spill takes no more (committed or failed); what it has stays readable until the last reader has left. */
  spillEnded(): void {
    this.#spilling = undefined;
    this.#advanced();
    this.#releaseSpill();
  }

  /** Resolves when no more bytes will come. */
  ended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#state === 'arriving') this.#onSettled.push(resolve);
      else resolve();
    });
  }

  /** For readers: the bytes at a position, or why there are none. */
  at(position: number): Uint8Array | 'pending' | 'end' | 'behind' {
    if (position < this.#chunks.start) return 'behind';
    if (position < this.#chunks.end) return this.#chunks.at(position);
    if (this.#state === 'failed') throw this.#error;
    return this.#state === 'ended' ? 'end' : 'pending';
  }

  /** For readers: bytes that were dropped from memory. */
  readBack(position: number): Promise<Uint8Array> {
    const spill = this.#spill;
    const length = Math.min(this.#options.windowBytes / 2, (spill?.written ?? 0) - position);
    if (spill === undefined || length <= 0)
      return Promise.reject(new CacheError('ERR_CACHE_BODY_GONE', `Byte ${position} is no longer held`));
    return spill.readBack(position, length);
  }

  /** For readers: one has moved on. */
  moved(): void {
    if (!this.#retain) this.#advanced();
  }

  /** For readers: one has left, having read all it wanted or not. */
  left(reader: GrowingReader, satisfied: boolean): void {
    if (!this.#readers.delete(reader)) return;
    if (reader.role === 'client' && !(satisfied && this.#retain)) this.#abandonIfAlone(true);
    this.#advanced();
    this.#releaseSpill();
  }

  #reachable(start: number): boolean {
    return start >= this.#chunks.start || (this.#spill?.written ?? 0) >= this.#chunks.start;
  }

  #wake(): void {
    if (this.#state !== 'arriving') {
      this.#patience.end();
      for (const settled of this.#onSettled.splice(0)) settled();
    }
    for (const reader of this.#readers) reader.wake();
  }

  #advanced(): void {
    this.#trim();
    if (!this.#paused || this.#full()) return;
    this.#paused = false;
    this.onDrain?.();
  }

  #wanted(): boolean {
    if (this.#claims > 0 || this.#holds > 0) return true;
    for (const reader of this.#readers) if (reader.role === 'client') return true;
    return false;
  }

  /** @param reading Whether the question comes up because a reader left; a small body that nobody reads yet goes on. */
  #abandonIfAlone(reading = false): void {
    if (this.#state === 'arriving' && (reading || !this.#retain) && !this.#wanted()) this.#options.onAbandoned?.();
  }

  /** The position of the slowest reader that may hold up the source. */
  #slowest(): number {
    if (this.#spilling !== undefined) return this.#spilling.position;
    let slowest = this.#claims > 0 ? this.#chunks.start : this.#chunks.end;
    for (const reader of this.#readers) if (reader.role !== 'tier') slowest = Math.min(slowest, reader.position);
    return slowest;
  }

  #full(): boolean {
    if (this.#retain) return false;
    if (this.#chunks.end - this.#slowest() >= this.#options.windowBytes) return true;
    const lagging = this.#lagging();
    if (lagging.length > 0) this.#patience.begin(lagging);
    return lagging.length > 0;
  }

  #lagging(): GrowingReader[] {
    const limit = TIER_LAG_WINDOWS * this.#options.windowBytes;
    return [...this.#readers].filter(({ role, position }) => role === 'tier' && this.#chunks.end - position > limit);
  }

  #trim(): void {
    if (this.#retain || this.#state === 'failed') return;
    const { windowBytes } = this.#options;
    let floor = this.#claims > 0 ? this.#chunks.start : this.#chunks.end;
    for (const reader of this.#readers) {
      floor = Math.min(floor, reader.position);
    }
    const spill = this.#spilling === undefined ? undefined : this.#spill;
    if (spill !== undefined) floor = Math.min(spill.written, Math.max(floor, this.#chunks.end - windowBytes));
    this.#chunks.dropUntil(floor);
  }

  #releaseSpill(): void {
    if (this.#state === 'arriving' || this.#spilling !== undefined || this.#readers.size > 0) return;
    this.#spill?.release();
    this.#spill = undefined;
  }
}
