import type { Files, FileTimes } from './files.js';
import { FOLDERS, isEntryName, type Layout, ownerIsDead } from './layout.js';
import { peekEntry } from './read-entry.js';

export interface SweepBounds {
  readonly bytes: number;
  readonly entries: number;
}

export interface SweepResult {
  readonly removed: number;
  readonly expired: number;
  /** What lies there afterwards. */
  readonly bytes: number;
  readonly entries: number;
}

/** Folders looked at side by side; the thread pool has four threads by default, and requests need them too. */
const PARALLEL = 4;
/** Temporary files without a sign of life for so long were left behind. */
const TEMPORARY_MS = 15 * 60_000;

/**
 * Goes over the directory: removes what is past its life, then what was used longest ago until both bounds are kept.
 * A first pass lists and counts (16 bytes a file), a second one, only where something must go, removes. Access time
 * says when a file turns into garbage, modification time when it was last used; no body and few headers are read.
 */
export class Sweeper {
  readonly #files: Files;
  readonly #layout: Layout;
  readonly #clock: () => number;

  constructor(files: Files, layout: Layout, clock: () => number) {
    this.#files = files;
    this.#layout = layout;
    this.#clock = clock;
  }

  async sweep(bounds: SweepBounds): Promise<SweepResult> {
    await this.sweepTemporary();
    let bytes = 0;
    let entries = 0;
    let expired = 0;
    const used: number[] = [];
    const sizes: number[] = [];
    await this.#eachFile(
      async (path, times) => {
        if (await this.#removeExpired(path, times)) expired++;
        else {
          entries++;
          bytes += times.blocks * 512;
          used.push(times.mtimeMs);
          sizes.push(times.blocks * 512);
        }
      },
      (folder) => {
        bytes += folder.blocks * 512;
      },
    );
    if (bytes <= bounds.bytes && entries <= bounds.entries) return { removed: expired, expired, bytes, entries };
    const cut = cutOff(used, sizes, bytes - bounds.bytes, entries - bounds.entries);
    let removed = expired;
    await this.#eachFile(async (path, times) => {
      if (times.mtimeMs > cut || (bytes <= bounds.bytes && entries <= bounds.entries)) return;
      if (!(await this.#remove(path))) return;
      removed++;
      entries--;
      bytes -= times.blocks * 512;
    });
    return { removed, expired, bytes, entries };
  }

  /** Whether the directory is new. */
  async nothingThere(): Promise<boolean> {
    return (await this.#files.list(this.#layout.entries)).length === 0;
  }

  /** Removes temporary files whose writer is gone. */
  async sweepTemporary(): Promise<void> {
    for (const name of await this.#files.list(this.#layout.temporary)) {
      const path = `${this.#layout.temporary}/${name}`;
      if (!ownerIsDead(name)) {
        const times = await this.#files.times(path);
        if (times === undefined || Date.now() - times.mtimeMs < TEMPORARY_MS) continue;
      }
      await this.#remove(path);
    }
  }

  /** Removes every entry; gives how many there were. */
  async clear(): Promise<number> {
    let removed = 0;
    await this.#eachFile(async (path) => {
      if (await this.#remove(path)) removed++;
    });
    return removed;
  }

  async #eachFile(
    visit: (path: string, times: FileTimes) => Promise<void>,
    visitFolder?: (times: FileTimes) => void,
  ): Promise<void> {
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < FOLDERS) {
        const folder = this.#layout.folder(next++);
        const names = await this.#files.list(folder).catch(() => []);
        if (names.length === 0) continue;
        const times = await this.#files.times(folder);
        if (times !== undefined) visitFolder?.(times);
        for (const name of names) {
          if (!isEntryName(name)) continue;
          const found = await this.#files.times(`${folder}/${name}`);
          if (found?.isFile() === true) await visit(`${folder}/${name}`, found);
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
  }

  /** The access time alone is not trusted with a removal: a mount without `relatime` changes it at every read. */
  async #removeExpired(path: string, times: FileTimes): Promise<boolean> {
    const now = this.#clock();
    if (times.atimeMs > now) return false;
    const entry = await peekEntry(this.#files, path);
    if (entry !== undefined && entry.header.garbageFrom > now) return false;
    return this.#remove(path);
  }

  #remove(path: string): Promise<boolean> {
    return this.#files.unlink(path).catch(() => false);
  }
}

/** The time of last use up to which files must go so that so much is freed. */
function cutOff(used: readonly number[], sizes: readonly number[], bytes: number, entries: number): number {
  const order = Uint32Array.from(used.keys()).sort((a, b) => (used[a] ?? 0) - (used[b] ?? 0));
  let freed = 0;
  let count = 0;
  for (const index of order) {
    freed += sizes[index] ?? 0;
    count++;
    if (freed >= bytes && count >= entries) return used[index] ?? Infinity;
  }
  return Infinity;
}
