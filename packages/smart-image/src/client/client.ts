import { indexedUrls } from '../cache/indexed-urls.js';
import { UrlCache } from '../cache/url-cache.js';
import type { SignedUrl, UrlStore } from '../cache/url-store.js';
import { Announcer } from './announcer.js';
import { type Delivery, imageUrl } from './image-urls.js';
import { resolveOptions, type Settings, type SmartImageOptions } from './options.js';
import { UrlLookup } from './url-lookup.js';

/** What all pictures of one application share: look-ups, remembered URLs, and the voice for what fails. */
export class SmartImageClient {
  readonly settings: Settings;
  readonly announcer: Announcer;
  readonly #cache: UrlCache;
  readonly #lookup: UrlLookup;
  #nonce = 0;

  constructor(options: SmartImageOptions = {}) {
    const settings = resolveOptions(options);
    this.settings = settings;
    this.announcer = new Announcer(settings.clock, settings.labels);
    this.#cache = new UrlCache({
      limit: settings.cacheEntries,
      margin: settings.expiryMargin,
      clock: settings.clock,
      store: storeOf(settings),
    });
    this.#lookup = new UrlLookup(settings, this.#cache);
  }

  /** A signed URL that still lives a while: from memory, from the store, or from the server, with all others' keys. */
  urlOf(imageKey: string, signal?: AbortSignal): Promise<SignedUrl> {
    return this.#lookup.urlOf(imageKey, signal);
  }

  /** What is in memory already. */
  peek(imageKey: string): SignedUrl | undefined {
    return this.#cache.peek(imageKey);
  }

  /** Looks up what is not known yet, so that it will be. */
  prefetch(imageKeys: readonly string[]): void {
    this.#lookup.prefetch(imageKeys);
  }

  /** The server's own URL of a picture, which needs no look-up. */
  imageUrl(imageKey: string, delivery: Delivery): string {
    if (delivery !== 'refresh') return imageUrl(this.settings.baseUrl, imageKey, delivery);
    this.#nonce += 1;
    return imageUrl(
      this.settings.baseUrl,
      imageKey,
      delivery,
      `${this.settings.clock.now().toString(36)}-${this.#nonce}`,
    );
  }

  /** Drops a URL that turned out not to work. */
  forget(imageKey: string): void {
    this.#cache.forget(imageKey);
  }

  /** Forgets all URLs, in IndexedDB too: for signing out. */
  clear(): Promise<void> {
    return this.#cache.clear();
  }

  /** Ends look-ups and lets go of everything. */
  close(): void {
    this.#lookup.close();
    this.#cache.close();
    this.announcer.close();
  }
}

function storeOf({ persist, baseUrl, cacheEntries, clock }: Settings): UrlStore | undefined {
  if (persist === false) return undefined;
  if (typeof persist !== 'string') return persist;
  return hasIndexedDb() ? indexedUrls(`forebay-smart-image|${persist}|${baseUrl}`, cacheEntries, clock) : undefined;
}

function hasIndexedDb(): boolean {
  try {
    return globalThis.indexedDB !== undefined;
  } catch {
    return false;
  }
}
