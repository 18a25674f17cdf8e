import type { Kept } from './memory-entry.js';

/** Of larger bodies a second write costs next to nothing, and the copy that makes room costs something. */
const LARGEST_WITH_ROOM = 256 * 1024;

/** Keeps bodies in allocations of their own with room in front of them. */
export class Headroom {
  readonly #bytes: number;
  /** Allocations that were made here: a body that comes again (a renewed entry) is not copied again. */
  readonly #made = new WeakSet<ArrayBufferLike>();

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  keep(body: Uint8Array): Kept {
    const headroom = this.#bytes;
    if (headroom === 0 || body.byteLength > LARGEST_WITH_ROOM) return { bytes: body, headroom: 0 };
    if (this.#made.has(body.buffer)) return { bytes: body, headroom };
    const whole = Buffer.allocUnsafeSlow(headroom + body.byteLength);
    whole.set(body, headroom);
    this.#made.add(whole.buffer);
    return { bytes: whole.subarray(headroom), headroom };
  }
}
