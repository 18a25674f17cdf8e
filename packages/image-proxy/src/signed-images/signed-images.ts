import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ReverseProxy } from '@forebay/reverse-proxy';
import type { BookEntry } from './book/book-store.js';
import { UrlBook, type Looked, type RefreshCounts } from './book/url-book.js';
import { checkImageKey } from './image-key.js';
import { resolveOptions, type SignedImagesOptions } from './options.js';
import { ImageServer } from './serve/image-server.js';
import { createStoreProxy } from './serve/store-proxy.js';
import { verifyUrl } from './verify.js';

/** A signed URL and its times, in ms since the epoch. */
export interface SignedUrl extends BookEntry {
  /** Whether it was there before it was asked for. */
  readonly fromCache: boolean;
}

export interface SignedUrls {
  readonly urls: ReadonlyMap<string, SignedUrl>;
  /** Why there is no URL, by key. */
  readonly errors: ReadonlyMap<string, unknown>;
}

export interface RefreshOptions {
  /** Has the store confirm that the new URL works before it replaces the old one. @default false */
  readonly verify?: boolean;
  /** A URL that was signed less than so long ago will do, in ms. @default 0 */
  readonly minAge?: number;
  readonly signal?: AbortSignal;
}

export interface RefreshDueOptions {
  /** Keys at most. @default 1000 */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** Images of an object store behind URLs that are signed, kept, refreshed ahead of their end, and answered with. */
export interface SignedImages {
  /** Streams for `mode=proxy`, if that was asked for. */
  readonly proxy: ReverseProxy | undefined;
  /** The stable URL of a key. @throws {SignedImageError} */
  urlOf(key: string): Promise<SignedUrl>;
  /** Those of many keys, with one look into the book; what fails for one key fails for it alone. */
  urlsOf(keys: readonly string[]): Promise<SignedUrls>;
  /** Signs anew; the old URL stays when that fails. @throws {SignedImageError} */
  refresh(key: string, options?: RefreshOptions): Promise<SignedUrl>;
  /** Refreshes what is due and in use, unless another process is at it. Rejects when the book cannot be reached. */
  refreshDue(options?: RefreshDueOptions): Promise<RefreshCounts>;
  /** Removes what has expired from the book. Rejects when the book cannot be reached. */
  cleanUp(): Promise<{ readonly removed: number }>;
  /** Answers at once what memory holds, or declines: false, and nothing was touched. */
  listener(incoming: IncomingMessage, response: ServerResponse): boolean;
  /** Answers `{mount}{image_key}?mode=redirect|proxy&refresh=false`; never rejects. */
  handle(incoming: IncomingMessage, response: ServerResponse): Promise<void>;
  /** The same for the web's own types. */
  fetch(request: Request): Promise<Response>;
  /** Closes connections to the store; book and cache are their owners' to close. */
  close(): Promise<void>;
}

/**
 * Puts a presigner, a book of URLs and the ways to answer together.
 *
 * @throws {RangeError | TypeError} when an option is wrong; the message names it.
 */
export function createSignedImages(options: SignedImagesOptions): SignedImages {
  const resolved = resolveOptions(options);
  const book = new UrlBook(resolved.book);
  const { name, mount, observer } = resolved;
  const proxy =
    resolved.proxy === undefined ? undefined : createStoreProxy(name, mount, resolved.proxy, resolved.book, observer);
  const server = new ImageServer(resolved, book, proxy);

  return {
    proxy,
    urlOf: async (key) => signedUrl(await book.get(checkImageKey(key))),
    urlsOf: (keys) => urlsOf(book, keys),
    refresh: async (key, { verify = false, minAge = 0, signal } = {}) => {
      const check = ({ url }: BookEntry): Promise<void> => verifyUrl(url, signal, resolved.verify);
      return signedUrl(await book.refresh(checkImageKey(key), { minAge, ...(verify ? { check } : {}) }));
    },
    refreshDue: ({ limit = 1000, signal } = {}) => book.refreshDue(limit, signal),
    cleanUp: async () => ({ removed: await book.cleanUp() }),
    listener: (incoming, response) => server.listener(incoming, response),
    handle: (incoming, response) => server.handle(incoming, response),
    fetch: (request) => server.fetch(request),
    close: async () => proxy?.close(),
  };
}

async function urlsOf(book: UrlBook, keys: readonly string[]): Promise<SignedUrls> {
  const urls = new Map<string, SignedUrl>();
  const errors = new Map<string, unknown>();
  const good = [...new Set(keys)].filter((key) => {
    try {
      return checkImageKey(key) === key;
    } catch (error) {
      errors.set(key, error);
      return false;
    }
  });
  for (const [index, outcome] of (await book.getMany(good)).entries()) {
    const key = good[index] ?? '';
    if (outcome.status === 'fulfilled') urls.set(key, signedUrl(outcome.value));
    else errors.set(key, outcome.reason);
  }
  return { urls, errors };
}

const signedUrl = ({ entry, known }: Looked): SignedUrl => ({ ...entry, fromCache: known });
