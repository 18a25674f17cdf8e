import type { BodyReader } from './entry.js';
import { cancelled, chunksOf } from './whole-body.js';

/** Who reads: a client (keeps the load alive), a tier (given up when it lags), or the tier that the body spills to. */
export type ReaderRole = 'client' | 'tier' | 'spill';

/** What a reader needs of the body it reads. */
export interface GrowingSource {
  at(position: number): Uint8Array | 'pending' | 'end' | 'behind';
  readBack(position: number): Promise<Uint8Array>;
  moved(): void;
  left(reader: GrowingReader, satisfied: boolean): void;
}

/** One reader of a growing body, at its own position. */
export class GrowingReader implements BodyReader {
  onReadable: (() => void) | undefined = undefined;
  role: ReaderRole;
  readonly #source: GrowingSource;
  readonly #stop: number;
  #position: number;
  #waiting = false;
  #done = false;
  #broken: { readonly error: unknown } | undefined;
  #back: Uint8Array | undefined;
  #reading = false;

  constructor(source: GrowingSource, role: ReaderRole, start: number, stop: number) {
    this.#source = source;
    this.role = role;
    this.#position = start;
    this.#stop = stop;
  }

  get position(): number {
    return this.#position;
  }

  read(): Uint8Array | null | undefined {
    if (this.#broken !== undefined) throw this.#broken.error;
    if (this.#done) return undefined;
    if (this.#position >= this.#stop) return this.#finish();
    const found = this.#back ?? this.#look();
    if (found === 'end') return this.#finish();
    if (typeof found === 'string') {
      if (found === 'behind') this.#fetchBack();
      this.#waiting = true;
      return null;
    }
    this.#back = undefined;
    const room = this.#stop - this.#position;
    const chunk = found.byteLength > room ? found.subarray(0, room) : found;
    this.#position += chunk.byteLength;
    this.#source.moved();
    return chunk;
  }

  cancel(): void {
    this.giveUp(cancelled());
    this.onReadable = undefined;
  }

  /** Leaves, with a reason that the next `read()` throws. */
  giveUp(error: unknown): void {
    if (this.#done || this.#broken !== undefined) return;
    this.#broken = { error };
    this.#back = undefined;
    this.#source.left(this, false);
    this.wake();
  }

  /** There may be something to read. */
  wake(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    try {
      this.onReadable?.();
    } catch (error) {
      // A consumer's mistake must not break the source or the other readers.
      this.cancel();
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return chunksOf(this);
  }

  #look(): Uint8Array | 'pending' | 'end' | 'behind' {
    try {
      return this.#source.at(this.#position);
    } catch (error) {
      this.#broken = { error };
      this.#source.left(this, false);
      throw error;
    }
  }

  #finish(): undefined {
    this.#done = true;
    this.#source.left(this, true);
    return undefined;
  }

  #fetchBack(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#source.readBack(this.#position).then(
      (bytes) => {
        this.#reading = false;
        if (this.#broken === undefined) this.#back = bytes;
        this.wake();
      },
      (error: unknown) => {
        this.#reading = false;
        this.giveUp(error);
      },
    );
  }
}
