import { hostname } from 'node:os';
import { type Files, isFull } from './files.js';
import { type Layout, processRuns } from './layout.js';

/** A holder that has not shown itself for so long is taken for dead. */
const STALE_MS = 10_000;

/** Elects, among the processes that share a directory, the one that sweeps it. Two at once would only do work twice. */
export class SweepLock {
  readonly #files: Files;
  readonly #layout: Layout;

  constructor(files: Files, layout: Layout) {
    this.#files = files;
    this.#layout = layout;
  }

  /** Runs the work if nobody else is at it; undefined if somebody is. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#acquire())) return undefined;
    const heartbeat = setInterval(() => {
      void this.#files.touch(this.#layout.lock, Date.now());
    }, STALE_MS / 5).unref();
    try {
      return await work();
    } finally {
      clearInterval(heartbeat);
      await this.#files.unlink(this.#layout.lock).catch(() => false);
    }
  }

  async #acquire(): Promise<boolean> {
    if (await this.#create()) return true;
    if (!(await this.#stale())) return false;
    await this.#files.unlink(this.#layout.lock).catch(() => false);
    return this.#create();
  }

  async #create(): Promise<boolean> {
    try {
      await this.#files.createText(this.#layout.lock, `${process.pid} ${hostname()}`);
      return true;
    } catch (error) {
      // No room for the lock is the best of reasons to make some.
      return isFull(error);
    }
  }

  async #stale(): Promise<boolean> {
    const times = await this.#files.times(this.#layout.lock);
    if (times === undefined) return true;
    // The file system's clock and ours, both real: an injected clock has no place here.
    if (Date.now() - times.mtimeMs > STALE_MS) return true;
    const [pid, host] = ((await this.#files.readText(this.#layout.lock)) ?? '').split(' ');
    return host === hostname() && Number(pid) > 0 && !processRuns(Number(pid));
  }
}
