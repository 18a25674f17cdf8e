import { ChunkedBody } from './chunked-body.js';
import type { Framing } from './framing.js';
import type { Fields } from './response-head.js';

/** What one step into a piece of a body came to. */
export interface BodyStep {
  /** Position up to which the piece is used up. */
  readonly next: number;
  /** Where data lies in the piece, up to `next`; -1 if this step found none. */
  readonly data: number;
}

/** A body as it is framed: says which of the bytes on a connection are its data, and which is the last. */
export class FramedBody {
  /** Only the end of the connection is its end. */
  readonly untilClose: boolean;
  readonly #chunked: ChunkedBody | undefined;
  #left: number;

  constructor(framing: Framing) {
    this.untilClose = framing.kind === 'close';
    this.#chunked = framing.kind === 'chunked' ? new ChunkedBody() : undefined;
    this.#left = framing.kind === 'length' ? framing.length : framing.kind === 'close' ? Infinity : 0;
  }

  get done(): boolean {
    return this.#chunked === undefined ? this.#left === 0 : this.#chunked.done;
  }

  get trailers(): Fields {
    return this.#chunked?.trailers ?? {};
  }

  /** @throws {RelayError} when the framing is not exactly right. */
  step(piece: Buffer, from: number, to: number): BodyStep {
    if (this.#chunked !== undefined) return this.#chunked.step(piece, from, to);
    const next = Math.min(to, from + this.#left);
    this.#left -= next - from;
    return { next, data: from };
  }
}
