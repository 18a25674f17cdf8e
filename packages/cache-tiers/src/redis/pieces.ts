import type { Body, BodyReader, ByteRange } from '../entry.js';
import { cancelled, chunksOf, rangeBounds } from '../whole-body.js';
import { briefError } from './errors.js';

export interface PieceSource {
  readonly size: number;
  readonly pieceBytes: number;
  readonly pieces: number;
  readonly first: Uint8Array;
  /** One of the further pieces, checked; rejects when it is gone. */
  fetch(index: number): Promise<Uint8Array>;
}

/** The body of an entry that lies in several pieces: each is fetched when a reader is near, and never more than two ahead. */
export class PiecedBody implements Body {
  readonly size: number;
  readonly bytes: undefined = undefined;
  readonly #source: PieceSource;

  constructor(source: PieceSource) {
    this.#source = source;
    this.size = source.size;
  }

  reader(range?: ByteRange): BodyReader {
    const { start, stop } = rangeBounds(range);
    return new PieceReader(this.#source, start, Math.min(stop, this.size));
  }
}

const AHEAD = 2;

type Fetched = { readonly bytes: Uint8Array } | { readonly error: unknown };

class PieceReader implements BodyReader {
  onReadable: (() => void) | undefined = undefined;
  readonly #source: PieceSource;
  readonly #stop: number;
  readonly #fetched = new Map<number, Fetched>();
  #position: number;
  #next: number;
  #left = false;

  constructor(source: PieceSource, start: number, stop: number) {
    this.#source = source;
    this.#position = start;
    this.#stop = stop;
    this.#next = Math.floor(start / source.pieceBytes);
  }

  read(): Uint8Array | null | undefined {
    if (this.#left) throw cancelled();
    if (this.#position >= this.#stop) return undefined;
    const index = Math.floor(this.#position / this.#source.pieceBytes);
    this.#fetchAhead(index);
    const piece = this.#fetched.get(index);
    if (!piece) return null;
    if ('error' in piece) throw piece.error;
    this.#fetched.delete(index);
    const offset = index * this.#source.pieceBytes;
    const chunk = piece.bytes.subarray(this.#position - offset, Math.min(this.#stop - offset, piece.bytes.length));
    if (chunk.length === 0) throw briefError('body-lost', `piece ${index} is shorter than announced`);
    this.#position += chunk.length;
    return chunk;
  }

  cancel(): void {
    this.#left = true;
    this.#fetched.clear();
    this.onReadable = undefined;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    return chunksOf(this);
  }

  #fetchAhead(index: number): void {
    const last = Math.min(Math.ceil(this.#stop / this.#source.pieceBytes) - 1, index + AHEAD);
    for (; this.#next <= last; this.#next += 1) {
      const wanted = this.#next;
      if (wanted === 0) {
        this.#fetched.set(0, { bytes: this.#source.first });
        continue;
      }
      this.#source.fetch(wanted).then(
        (bytes) => this.#arrived(wanted, { bytes }),
        (error: unknown) => this.#arrived(wanted, { error }),
      );
    }
  }

  #arrived(index: number, piece: Fetched): void {
    if (this.#left) return;
    this.#fetched.set(index, piece);
    const wake = this.onReadable;
    this.onReadable = undefined;
    wake?.();
  }
}
