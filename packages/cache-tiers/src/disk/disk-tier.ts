import { LRUCache } from 'lru-cache';
import type { EntryHead } from '../entry.js';
import { endOfLife, sameEntry, wantedIn } from '../lifetime.js';
import type { KeyInfo, KeyPage, PurgeMark, Tier, TierEntry, TierStats, TierWriter } from '../tier.js';
import { diskOptions, type DiskTierOptions, type ResolvedDiskOptions } from './disk-options.js';
import { DiskWriter } from './disk-writer.js';
import { Files } from './files.js';
import { accessTimeFor, encodeHead, type FileHeader, headFits } from './format.js';
import { Keeper } from './keeper.js';
import { KeptMarks } from './kept-marks.js';
import { FOLDERS, isEntryName, Layout } from './layout.js';
import { peekEntry, readEntry } from './read-entry.js';
import { renewInPlace } from './renew-entry.js';
import { Turns } from './turns.js';

/** Of so many entries the time of the last touch is remembered. */
const TOUCHES = 10_000;

/**
 * Keeps entries as files, within a bound in bytes that all processes sharing the directory hold together. An entry is
 * whole or absent, after any crash; whatever else lies in its place is a miss.
 */
export function diskTier(options: DiskTierOptions): Tier {
  return new DiskTier(diskOptions(options));
}

class DiskTier implements Tier {
  readonly name: string;
  readonly #options: ResolvedDiskOptions;
  readonly #files: Files;
  readonly #layout: Layout;
  readonly #marks: KeptMarks;
  readonly #keeper: Keeper;
  readonly #turns = new Turns();
  readonly #touched = new LRUCache<string, number>({ max: TOUCHES });
  #begun: Promise<void> | undefined;
  #hits = 0;
  #misses = 0;
  #writes = 0;
  #errors = 0;

  constructor(options: ResolvedDiskOptions) {
    this.name = options.name;
    this.#options = options;
    this.#files = new Files(options.fileSystem);
    this.#layout = new Layout(options.directory);
    this.#marks = new KeptMarks(this.#files, this.#layout);
    this.#keeper = new Keeper(this.#files, this.#layout, this.#marks, options);
  }

  async open(key: string): Promise<TierEntry | undefined> {
    const path = this.#layout.entry(key);
    const found = await this.#read(path);
    if (typeof found === 'string' || found.key !== key) {
      if (typeof found !== 'string') found.close();
      this.#misses++;
      return undefined;
    }
    const head = this.#marks.current().apply(key, found.head);
    if (head === undefined) {
      found.close();
      await this.#remove(path);
      this.#misses++;
      return undefined;
    }
    this.#hits++;
    return { key, head, body: found.body, placedAt: found.header.placedAt, close: found.close };
  }

  async write(key: string, head: EntryHead, size: number | undefined): Promise<TierWriter | undefined> {
    const { maxEntryBytes } = this.#options;
    if ((size ?? 0) > maxEntryBytes || !wantedIn(head, this.name)) return undefined;
    const encoded = encodeHead(key, head);
    if (!headFits(encoded)) return undefined;
    await this.#begin();
    if (!(await this.#keeper.room())) return undefined;
    return new DiskWriter(this.#writerContext(this.#layout.entry(key)), encoded, head);
  }

  async renew(key: string, head: EntryHead, previous?: EntryHead): Promise<boolean> {
    const path = this.#layout.entry(key);
    const known = await peekEntry(this.#files, path);
    if (known === undefined || known.key !== key) return false;
    const encoded = encodeHead(key, head);
    if (encoded.byteLength <= known.header.headRoom)
      return renewInPlace(this.#files, path, { key, head, previous, encoded, placedAt: this.#options.clock() });
    const found = await this.#read(path);
    if (typeof found === 'string') return false;
    if (found.key !== key || (previous !== undefined && !sameEntry(found.head, previous))) {
      found.close();
      return false;
    }
    const writer = await this.write(key, head, found.header.bodyBytes);
    if (writer === undefined) {
      found.close();
      return false;
    }
    try {
      for await (const chunk of found.body.reader()) await writer.write(chunk);
      await writer.commit();
      writer.release?.();
      return true;
    } finally {
      found.close();
      await writer.abort();
    }
  }

  async delete(key: string): Promise<boolean> {
    return this.#remove(this.#layout.entry(key));
  }

  async clear(): Promise<number> {
    await this.#makeFolders();
    return this.#keeper.clear();
  }

  async purge(marks: readonly PurgeMark[]): Promise<void> {
    await this.#makeFolders();
    await this.#marks.add(marks);
  }

  async has(key: string): Promise<boolean> {
    const entry = await peekEntry(this.#files, this.#layout.entry(key));
    return entry?.key === key && this.#alive(entry.key, entry.head) !== undefined;
  }

  /** Goes folder by folder; the cursor is the folder and the last name seen there. */
  async keys(options: { limit: number; cursor?: string; prefix?: string; contains?: string }): Promise<KeyPage> {
    const { limit, prefix = '', contains = '' } = options;
    const [folderText = '0', after = ''] = (options.cursor ?? '').split('/');
    const keys: KeyInfo[] = [];
    let seen = after;
    for (let index = Number(folderText); index < FOLDERS; index++, seen = '') {
      const folder = this.#layout.folder(index);
      const names = (await this.#files.list(folder)).filter((name) => isEntryName(name) && name > seen).sort();
      for (const name of names) {
        if (keys.length === limit) return { keys, cursor: `${index}/${seen}` };
        const entry = await peekEntry(this.#files, `${folder}/${name}`);
        seen = name;
        if (entry === undefined || !entry.key.startsWith(prefix) || !entry.key.includes(contains)) continue;
        const head = this.#alive(entry.key, entry.head);
        if (head !== undefined) keys.push({ key: entry.key, head, size: entry.header.bodyBytes });
      }
    }
    return { keys, cursor: undefined };
  }

  /** By the names of the files; none is opened. */
  async countEntries(): Promise<number> {
    let entries = 0;
    for (let index = 0; index < FOLDERS; index++) {
      const names = await this.#files.list(this.#layout.folder(index));
      for (const name of names) if (isEntryName(name)) entries++;
    }
    return entries;
  }

  async stats(): Promise<TierStats> {
    await this.#keeper.begin();
    await this.#keeper.exchange();
    const { bytes, entries } = this.#keeper.usage;
    const { maxBytes, maxEntries } = this.#options;
    return {
      hits: this.#hits,
      misses: this.#misses,
      writes: this.#writes,
      errors: this.#errors,
      evictions: this.#keeper.evictions,
      entries,
      bytes,
      maxEntries: maxEntries === Infinity ? undefined : maxEntries,
      maxBytes,
    };
  }

  async sweep(): Promise<{ removed: number }> {
    await this.#begin();
    return { removed: (await this.#keeper.sweep())?.removed ?? 0 };
  }

  async close(): Promise<void> {
    await this.#keeper.close();
  }

  /** A head that was being renewed while it was read looks damaged once, so it is read twice before it is believed. */
  async #read(path: string): ReturnType<typeof readEntry> {
    const options = {
      wholeReadBytes: this.#options.wholeReadBytes,
      used: (fd: number, header: FileHeader) => this.#touch(fd, path, header),
      onDamaged: () => void this.#remove(path).catch(() => false),
    };
    try {
      const found = await readEntry(this.#files, path, options);
      if (found !== 'damaged') return found;
      const again = await readEntry(this.#files, path, options);
      if (again === 'damaged') await this.#remove(path).catch(() => false);
      return again;
    } catch (error) {
      this.#errors++;
      throw error;
    }
  }

  #alive(key: string, head: EntryHead): EntryHead | undefined {
    return endOfLife(head) <= this.#options.clock() ? undefined : this.#marks.current().apply(key, head);
  }

  /** Notes the use of an entry for the sweep, behind the answer. */
  #touch(fd: number, path: string, header: FileHeader): Promise<void> | undefined {
    const now = this.#options.clock();
    const last = this.#touched.get(path) ?? header.placedAt;
    if (now - last < this.#options.touchInterval) return undefined;
    this.#touched.set(path, now);
    return this.#files.setTimes(fd, accessTimeFor(header.garbageFrom), now);
  }

  #remove(path: string): Promise<boolean> {
    return this.#turns.take(path, async () => {
      const times = await this.#files.times(path);
      if (times === undefined || !times.isFile() || !(await this.#files.unlink(path))) return false;
      this.#keeper.account(-times.blocks * 512, -1);
      return true;
    });
  }

  /** Makes the folders with the first write, and again with each until that has worked. */
  #begin(): Promise<void> {
    return (this.#begun ??= this.#makeFolders()
      .then(() => this.#keeper.begin())
      .catch((error: unknown) => {
        this.#begun = undefined;
        this.#errors++;
        throw error;
      }));
  }

  async #makeFolders(): Promise<void> {
    await this.#files.makeFolder(this.#layout.entries);
    await this.#files.makeFolder(this.#layout.temporary);
  }

  #writerContext(path: string): ConstructorParameters<typeof DiskWriter>[0] {
    return {
      files: this.#files,
      path,
      maxEntryBytes: this.#options.maxEntryBytes,
      clock: this.#options.clock,
      newTemporary: () => this.#layout.newTemporary(),
      makeFolders: () => this.#makeFolders(),
      account: (bytes, entries) => this.#keeper.account(bytes, entries),
      inTurn: (work) => this.#turns.take(path, work),
      stored: () => {
        this.#writes++;
      },
      failed: (error) => {
        this.#errors++;
        this.#keeper.squeeze(error);
      },
    };
  }
}
