import type { BodyReader, BodySink, PushSource } from '@forebay/cache-tiers';

/** Bytes that may wait for a client before the upstream is paused. */
const HIGH_WATER_MARK = 128 * 1024;

/** The one reader of a body that is passed on and not kept: what the client has not taken holds the upstream back. */
export class Relay implements BodyReader, BodySink {
  onReadable: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  readonly #chunks: Uint8Array[] = [];
  readonly #discard: () => void;
  #queued = 0;
  #state: 'open' | 'ended' | 'failed' | 'cancelled' = 'open';
  #error: unknown;

  constructor(source: PushSource, discard: () => void) {
    this.#discard = discard;
    source.start(this);
  }

  read(): Uint8Array | null | undefined {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#queued -= chunk.length;
      if (this.#queued <= HIGH_WATER_MARK / 2) this.onDrain?.();
      return chunk;
    }
    if (this.#state === 'failed') throw this.#error;
    return this.#state === 'open' ? null : undefined;
  }

  cancel(): void {
    if (this.#state === 'open') this.#discard();
    this.#state = 'cancelled';
    this.#chunks.length = 0;
    this.#wake();
  }

  write(chunk: Uint8Array): boolean {
    if (this.#state !== 'open') return true;
    this.#chunks.push(chunk);
    this.#queued += chunk.length;
    this.#wake();
    return this.#queued < HIGH_WATER_MARK;
  }

  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#wake();
  }

  fail(error: unknown): void {
    if (this.#state !== 'open') return;
    this.#state = 'failed';
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = this.read();
        if (chunk === undefined) return;
        if (chunk !== null) yield chunk;
        else await new Promise<void>((resolve) => (this.onReadable = resolve));
      }
    } finally {
      this.cancel();
    }
  }

  #wake(): void {
    const wake = this.onReadable;
    this.onReadable = undefined;
    wake?.();
  }
}
