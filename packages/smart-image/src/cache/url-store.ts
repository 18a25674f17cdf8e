/** A signed URL and when it ends. */
export interface SignedUrl {
  readonly url: string;
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly expiresAt: number;
}

/** A key and its URL, as stores keep them. */
export interface StoredUrl extends SignedUrl {
  readonly key: string;
}

/**
 * What keeps URLs longer than a page lives. A store may be slow, full or gone: what it rejects counts as nothing
 * found, and nobody waits long for it.
 */
export interface UrlStore {
  /** Those of the keys that are kept and have not expired. */
  read(keys: readonly string[]): Promise<readonly StoredUrl[]>;
  /** Keeps them, within the store's own bound; drops what has expired. */
  write(urls: readonly StoredUrl[]): Promise<void>;
  remove(key: string): Promise<void>;
  clear(): Promise<void>;
  close(): void;
}
