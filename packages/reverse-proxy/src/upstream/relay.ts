import type { BodyReader, BodySink, PushSource } from '@forebay/cache-tiers';

/** Bytes that may wait for a client before the upstream is paused. */
const HIGH_WATER_MARK = 128 * 1024;

/**
 * A body that is passed on and not kept, for one who takes it: a reader, whose slowness holds the upstream back, or a sink
 * that it is poured into without a stop in between.
 */
export class Relay implements BodyReader, BodySink {
  onReadable: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  readonly #source: PushSource;
  readonly #chunks: Uint8Array[] = [];
  readonly #discard: () => void;
  #started = false;
  #queued = 0;
  #state: 'open' | 'ended' | 'failed' | 'cancelled' = 'open';
  #error: unknown;

  constructor(source: PushSource, discard: () => void) {
    this.#source = source;
    this.#discard = discard;
  }

  /** Gives all of it to a sink; then it has no readers. */
  pourInto(sink: BodySink): void {
    this.#started = true;
    this.#source.start(sink);
  }

  read(): Uint8Array | null | undefined {
    if (!this.#started) this.pourInto(this);
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
