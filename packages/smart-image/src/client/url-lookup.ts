import type { UrlCache } from '../cache/url-cache.js';
import type { SignedUrl, StoredUrl } from '../cache/url-store.js';
import { SmartImageError } from '../errors.js';
import { encodeImageKey } from './image-urls.js';
import type { Settings } from './options.js';
import { requestUrls } from './url-request.js';

/** Keys that may be asked for at the same time; what comes on top is refused, and uses the redirect. */
const pendingLimit = 20_000;
/** Keys without a URL that are remembered. */
const unknownLimit = 1000;

interface Pending {
  readonly url: Promise<SignedUrl>;
  readonly resolve: (url: SignedUrl) => void;
  readonly reject: (error: unknown) => void;
  /** Who still wants it; with nobody left, a key that has not been asked for is not. */
  waiters: number;
}

/**
 * Looks URLs up: keys that are wanted within the same moment make one request, a key that is being asked for is not
 * asked for again, and after a failure there is a pause in which every look-up, or that of a key without a URL,
 * fails at once.
 */
export class UrlLookup {
  readonly #settings: Settings;
  readonly #cache: UrlCache;
  readonly #pending = new Map<string, Pending>();
  readonly #queue = new Set<string>();
  readonly #closed = new AbortController();
  /** Keys without a URL, and until when they are not asked for again. */
  readonly #unknown = new Map<string, number>();
  #timer: unknown;
  #pausedUntil = 0;

  constructor(settings: Settings, cache: UrlCache) {
    this.#settings = settings;
    this.#cache = cache;
  }

  /** @throws SmartImageError, whose code says why there is no URL */
  async urlOf(imageKey: string, signal?: AbortSignal): Promise<SignedUrl> {
    encodeImageKey(imageKey);
    const known = this.#cache.peek(imageKey);
    if (known !== undefined) return known;
    if (signal?.aborted === true) throw aborted(imageKey);
    const pending = this.#want(imageKey);
    pending.waiters += 1;
    if (signal === undefined) return pending.url;
    return this.#untilAborted(imageKey, pending, signal);
  }

  /** Asks for what is not known yet; nobody need wait for it. */
  prefetch(imageKeys: readonly string[]): void {
    for (const imageKey of imageKeys) {
      if (this.#cache.peek(imageKey) !== undefined || this.#pending.has(imageKey)) continue;
      this.urlOf(imageKey).catch(() => undefined);
    }
  }

  close(): void {
    this.#settings.clock.clearTimeout(this.#timer);
    this.#closed.abort();
    for (const imageKey of this.#queue) this.#settle(imageKey)?.reject(aborted(imageKey));
    this.#queue.clear();
  }

  #want(imageKey: string): Pending {
    const running = this.#pending.get(imageKey);
    if (running !== undefined) return running;
    this.#refuseIfPointless(imageKey);
    const pending = createPending();
    this.#pending.set(imageKey, pending);
    this.#queue.add(imageKey);
    this.#timer ??= this.#settings.clock.setTimeout(() => this.#flush(), this.#settings.lookupWindow);
    return pending;
  }

  #refuseIfPointless(imageKey: string): void {
    if (this.#closed.signal.aborted) throw aborted(imageKey);
    const now = this.#settings.clock.now();
    if (now < (this.#unknown.get(imageKey) ?? 0)) throw unknown(imageKey, 'The server had no URL for it a moment ago');
    const paused = now < this.#pausedUntil;
    if (!paused && this.#pending.size < pendingLimit) return;
    const why = paused ? 'Look-ups failed a moment ago' : 'Too many look-ups at once';
    throw new SmartImageError('FOREBAY_LOOKUP_FAILED', why, { imageKey });
  }

  #untilAborted(imageKey: string, pending: Pending, signal: AbortSignal): Promise<SignedUrl> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        pending.waiters -= 1;
        if (pending.waiters === 0 && this.#queue.delete(imageKey)) this.#settle(imageKey)?.reject(aborted(imageKey));
        reject(aborted(imageKey));
      };
      signal.addEventListener('abort', leave, { once: true });
      pending.url.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
    });
  }

  #flush(): void {
    this.#timer = undefined;
    const keys = [...this.#queue];
    this.#queue.clear();
    const { lookupKeys } = this.#settings;
    for (let start = 0; start < keys.length; start += lookupKeys) void this.#ask(keys.slice(start, start + lookupKeys));
  }

  async #ask(keys: readonly string[]): Promise<void> {
    const recalled = await this.#cache.recall(keys);
    this.#answer(recalled);
    const found = new Set(recalled.map(({ key }) => key));
    const unknown = keys.filter((key) => !found.has(key));
    if (unknown.length === 0) return;
    try {
      const { urls, errors } = await requestUrls(this.#settings, unknown, this.#closed.signal);
      this.#cache.keep(urls);
      this.#answer(urls);
      for (const [imageKey, why] of errors) this.#miss(imageKey, why);
    } catch (error) {
      this.#pausedUntil = this.#settings.clock.now() + this.#settings.lookupPause;
      for (const key of unknown) this.#settle(key)?.reject(error);
    }
  }

  #answer(urls: readonly StoredUrl[]): void {
    for (const { key, url, expiresAt } of urls) this.#settle(key)?.resolve({ url, expiresAt });
  }

  #miss(imageKey: string, why: string): void {
    const { clock, lookupPause } = this.#settings;
    if (this.#unknown.size >= unknownLimit) this.#unknown.clear();
    this.#unknown.set(imageKey, clock.now() + lookupPause);
    this.#settle(imageKey)?.reject(unknown(imageKey, why));
  }

  #settle(imageKey: string): Pending | undefined {
    const pending = this.#pending.get(imageKey);
    this.#pending.delete(imageKey);
    return pending;
  }
}

function createPending(): Pending {
  let resolve: (url: SignedUrl) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const url = new Promise<SignedUrl>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // Whoever waits hears of it; with nobody waiting, it is no unhandled rejection.
  url.catch(() => undefined);
  return { url, resolve, reject, waiters: 0 };
}

const unknown = (imageKey: string, why: string): SmartImageError =>
  new SmartImageError('FOREBAY_IMAGE_UNKNOWN', why, { imageKey });

const aborted = (imageKey: string): SmartImageError =>
  new SmartImageError('FOREBAY_LOOKUP_ABORTED', 'Nobody waits for the URL any more', { imageKey });
