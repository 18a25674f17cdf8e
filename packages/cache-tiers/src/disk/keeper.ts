import { type Files, isFull } from './files.js';
import type { KeptMarks } from './kept-marks.js';
import type { Layout } from './layout.js';
import { SweepLock } from './sweep-lock.js';
import { Sweeper, type SweepResult } from './sweeper.js';
import { Usage } from './usage.js';

export interface KeeperOptions {
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly cleanupInterval: number;
  readonly clock: () => number;
}

/** A sweep begins at this share of the bound … */
const HIGH = 0.96;
/** … and goes down to this one. */
const LOW = 0.85;
/**
 * After this share of the bound was written a sweep counts anew: processes that replace and remove one entry at the
 * same moment may both count what was there before.
 */
const RECOUNT = 0.5;
/** How long a writer waits for room before it goes without. */
const ROOM_WAIT_MS = 1000;
const ROOM_POLL_MS = 20;
/** A disk that is full of other things must not make us throw out our own again and again. */
const SQUEEZE_PAUSE_MS = 10_000;

/** Holds the bound of a directory, together with the other processes that write to it. */
export class Keeper {
  readonly sweeper: Sweeper;
  readonly #options: KeeperOptions;
  readonly #marks: KeptMarks;
  readonly #usage: Usage;
  readonly #lock: SweepLock;
  #begun: Promise<void> | undefined;
  #sweeping: Promise<SweepResult | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #written = 0;
  #evictions = 0;
  #squeezedAt = -Infinity;
  #closed = false;

  constructor(files: Files, layout: Layout, marks: KeptMarks, options: KeeperOptions) {
    this.#options = options;
    this.#marks = marks;
    this.sweeper = new Sweeper(files, layout, options.clock);
    // Four processes may each have so much untold: together no more than a few hundredths of the bound.
    const step = Math.min(16 * 1024 * 1024, Math.max(4096, options.maxBytes / 256));
    this.#usage = new Usage(files, layout, step);
    this.#lock = new SweepLock(files, layout);
  }

  get evictions(): number {
    return this.#evictions;
  }

  get usage(): { bytes: number; entries: number } {
    return { bytes: this.#usage.bytes, entries: this.#usage.entries };
  }

  /** Reads the count; where there is none, or litter, a sweep begins behind. Reads nothing of the entries. */
  begin(): Promise<void> {
    return (this.#begun ??= this.#begin());
  }

  account(bytes: number, entries: number): void {
    this.#written += Math.max(0, bytes);
    if (this.#written > RECOUNT * this.#options.maxBytes) {
      this.#written = 0;
      void this.sweep().catch(() => undefined);
    }
    void this.#usage.add(bytes, entries).then(
      (told) => {
        if (told && this.#over(HIGH)) void this.sweep().catch(() => undefined);
      },
      () => undefined,
    );
  }

  /** Resolves to whether there is room to write; waits a little for whoever is making it. */
  async room(): Promise<boolean> {
    if (!this.#over(1)) return true;
    const until = Date.now() + ROOM_WAIT_MS;
    while (!this.#closed && Date.now() < until) {
      const poll = new Promise<void>((resolve) => setTimeout(resolve, ROOM_POLL_MS));
      const swept = await Promise.race([this.sweep(), poll]);
      if (swept === undefined) {
        await poll;
        await this.#usage.flush();
      }
      if (!this.#over(1)) return true;
    }
    return false;
  }

  /** Sweeps unless another process is at it (then: undefined). */
  sweep(share: number = LOW): Promise<SweepResult | undefined> {
    return (this.#sweeping ??= this.#sweep(share).finally(() => {
      this.#sweeping = undefined;
    }));
  }

  /** The disk itself is full, whatever the bound says: makes room by a part of what is ours. */
  squeeze(error: unknown): void {
    const now = Date.now();
    if (!isFull(error) || now - this.#squeezedAt < SQUEEZE_PAUSE_MS) return;
    this.#squeezedAt = now;
    const share = (0.7 * this.#usage.bytes) / this.#options.maxBytes;
    void this.sweep(Math.min(LOW, share)).catch(() => undefined);
  }

  /** Tells the others what this process added, and hears what they did. */
  async exchange(): Promise<void> {
    await this.#usage.flush().catch(() => undefined);
  }

  async clear(): Promise<number> {
    const removed = await this.sweeper.clear();
    await this.#marks.forget();
    await this.#usage.reset(0, 0);
    return removed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (this.#begun === undefined) return;
    await this.#sweeping?.catch(() => undefined);
    await this.#usage.flush().catch(() => undefined);
  }

  async #begin(): Promise<void> {
    await this.#usage.read();
    if (!this.#usage.known && (await this.sweeper.nothingThere())) await this.#usage.reset(0, 0).catch(() => undefined);
    if (!this.#usage.known) void this.sweep().catch(() => undefined);
    else void this.sweeper.sweepTemporary().catch(() => undefined);
    this.#schedule();
  }

  #schedule(): void {
    // A timer cannot hold more than 2^31 - 1 ms.
    const wait = Math.min(this.#options.cleanupInterval, 2 ** 31 - 1);
    if (wait === 0 || this.#closed) return;
    this.#timer = setTimeout(() => {
      void this.sweep().catch(() => undefined);
      this.#schedule();
    }, wait).unref();
  }

  #over(share: number): boolean {
    const { maxBytes, maxEntries } = this.#options;
    return this.#usage.bytes > share * maxBytes || this.#usage.entries > share * maxEntries;
  }

  #sweep(share: number): Promise<SweepResult | undefined> {
    return this.#lock.run(async () => {
      const before = await this.#usage.sum();
      const { maxBytes, maxEntries } = this.#options;
      // Below the high mark nothing but what is past its life goes.
      const full =
        before.bytes > HIGH * maxBytes || before.entries > HIGH * maxEntries || share < LOW || !this.#usage.known;
      const to = full ? share : HIGH;
      const result = await this.sweeper.sweep({ bytes: to * maxBytes, entries: Math.floor(to * maxEntries) });
      const after = await this.#usage.sum();
      // What others wrote meanwhile may or may not have been seen: counting it twice errs on the safe side.
      const late = Math.max(0, after.bytes - before.bytes);
      await this.#usage.reset(result.bytes + late, result.entries + Math.max(0, after.entries - before.entries));
      this.#evictions += result.removed - result.expired;
      await this.#marks.compact();
      return result;
    });
  }
}
