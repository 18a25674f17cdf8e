import type { Clock } from '../clock.js';
import { MemoryUrls } from './memory-urls.js';
import type { SignedUrl, StoredUrl, UrlStore } from './url-store.js';

export interface UrlCacheOptions {
  readonly limit: number;
  /** ms that a URL must still live to be given out. */
  readonly margin: number;
  readonly clock: Clock;
  readonly store: UrlStore | undefined;
}

/** ms; a store that takes longer to read is slower than the server. */
const storePatience = 250;
/** A busy page is slow once; a store that is slow as often in a row hangs. */
const slowReads = 3;

/** Memory in front of a store that may fail: everything works without it, only less is remembered. */
export class UrlCache {
  readonly #options: UrlCacheOptions;
  readonly #memory: MemoryUrls;
  /** Until it fails: a store that is broken now is not asked again on this page. */
  #store: UrlStore | undefined;
  #slow = 0;

  constructor(options: UrlCacheOptions) {
    this.#options = options;
    this.#memory = new MemoryUrls(options.limit);
    this.#store = options.store;
  }

  /** What memory has. */
  peek(key: string): SignedUrl | undefined {
    return this.#memory.get(key, this.#usableUntil());
  }

  /** Looks the keys up in the store and takes what it finds into memory. */
  async recall(keys: readonly string[]): Promise<readonly StoredUrl[]> {
    const store = this.#store;
    if (store === undefined || keys.length === 0) return [];
    try {
      const found = await this.#soon(store.read(keys));
      this.#slow = found === undefined ? this.#slow + 1 : 0;
      if (this.#slow >= slowReads) this.#store = undefined;
      if (found === undefined) return [];
      const usable = found.filter((entry) => entry.expiresAt > this.#usableUntil());
      for (const { key, url, expiresAt } of usable) this.#memory.set(key, { url, expiresAt });
      return usable;
    } catch {
      this.#store = undefined;
      return [];
    }
  }

  keep(entries: readonly StoredUrl[]): void {
    for (const { key, url, expiresAt } of entries) this.#memory.set(key, { url, expiresAt });
    this.#quietly((store) => store.write(entries));
  }

  forget(key: string): void {
    this.#memory.delete(key);
    this.#quietly((store) => store.remove(key));
  }

  /** Forgets everything, also in a store that has failed before: this is what signing out calls. */
  async clear(): Promise<void> {
    this.#memory.clear();
    await this.#options.store?.clear().catch(() => undefined);
  }

  close(): void {
    this.#memory.clear();
    this.#options.store?.close();
    this.#store = undefined;
  }

  #usableUntil(): number {
    return this.#options.clock.now() + this.#options.margin;
  }

  #quietly(use: (store: UrlStore) => Promise<void>): void {
    if (this.#store === undefined) return;
    use(this.#store).catch(() => {
      this.#store = undefined;
    });
  }

  /** Undefined when it takes too long. */
  async #soon<T>(work: Promise<T>): Promise<T | undefined> {
    const { clock } = this.#options;
    let timer: unknown;
    const late = new Promise<undefined>((resolve) => {
      timer = clock.setTimeout(() => resolve(undefined), storePatience);
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clock.clearTimeout(timer);
    }
  }
}
