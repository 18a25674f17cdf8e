import { type Clock, systemClock } from '../clock.js';
import { type Labels, resolveLabels } from '../labels.js';
import type { UrlStore } from '../cache/url-store.js';

/** What a page says once about its Forebay server. */
export interface SmartImageOptions {
  /**
   * Where the server is: an absolute URL or a path, without `/api/v1`.
   * @default '' (the page's own origin)
   */
  readonly baseUrl?: string;
  /**
   * Sent as `Authorization: Bearer …` with look-ups, and with nothing else: pictures themselves are asked for by the
   * browser, whose requests carry no header of ours. A function is asked anew for every request.
   */
  readonly token?: string | (() => string | undefined | Promise<string | undefined>);
  /**
   * Whether a lone `<SmartImage>` looks its URL up (one request for all that appear together, then straight to the
   * store) or begins with the server's redirect (one request less before the first byte, works without a script).
   * `<ImageGrid>` always looks up.
   * @default false
   */
  readonly lookup?: boolean;
  /** How long keys are gathered before one request asks for all of them, in ms. @default 16 */
  readonly lookupWindow?: number;
  /** Keys in one request, 1…10000. @default 2000 */
  readonly lookupKeys?: number;
  /** How long a look-up may take before the redirect is used instead, in ms. @default 5000 */
  readonly lookupTimeout?: number;
  /** For so long after a failed look-up none is tried, nor one of a key that has no URL, in ms. @default 5000 */
  readonly lookupPause?: number;
  /** URLs kept in memory, and again in IndexedDB. @default 5000 */
  readonly cacheEntries?: number;
  /** A URL is not used in the last so many ms of its life: the picture must still arrive. @default 30000 */
  readonly expiryMargin?: number;
  /**
   * Keeps URLs in IndexedDB, too, so that the next page finds them. `false` for none; a name keeps users apart who
   * share a browser; a store of one's own is used as it is. Without IndexedDB (private windows, servers) memory
   * does alone.
   * @default 'default'
   */
  readonly persist?: false | string | UrlStore;
  /** Tries beyond the first, in all, before the fallback. @default 3 */
  readonly maxRetries?: number;
  /** Full-jitter back-off: the n-th retry waits a random part of `min(retryDelay × 2^(n−1), maxRetryDelay)` ms. @default 250 */
  readonly retryDelay?: number;
  /** @default 8000 */
  readonly maxRetryDelay?: number;
  /** Shown when a picture has no `fallbackSrc` of its own. */
  readonly fallbackSrc?: string;
  /** What assistive technology is told. @default English */
  readonly labels?: Partial<Labels>;
  /** @default the global one */
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** In [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** All options, complete; nothing below defaults again. */
export interface Settings extends Required<Omit<SmartImageOptions, 'token' | 'fallbackSrc' | 'labels'>> {
  readonly token: () => Promise<string | undefined>;
  readonly fallbackSrc: string | undefined;
  readonly labels: Labels;
}

/** @throws RangeError or TypeError that names the option and the value */
export function resolveOptions(options: SmartImageOptions): Settings {
  const { token } = options;
  return {
    baseUrl: baseUrl(options.baseUrl ?? ''),
    token: async () => (typeof token === 'function' ? token() : token),
    lookup: options.lookup ?? false,
    lookupWindow: within('lookupWindow', options.lookupWindow ?? 16, 0, 1000),
    lookupKeys: within('lookupKeys', options.lookupKeys ?? 2000, 1, 10_000),
    lookupTimeout: within('lookupTimeout', options.lookupTimeout ?? 5000, 1, 120_000),
    lookupPause: within('lookupPause', options.lookupPause ?? 5000, 0, 3_600_000),
    cacheEntries: within('cacheEntries', options.cacheEntries ?? 5000, 1, 100_000),
    expiryMargin: within('expiryMargin', options.expiryMargin ?? 30_000, 0, 86_400_000),
    persist: options.persist ?? 'default',
    maxRetries: within('maxRetries', options.maxRetries ?? 3, 0, 20),
    retryDelay: within('retryDelay', options.retryDelay ?? 250, 0, 60_000),
    maxRetryDelay: within('maxRetryDelay', options.maxRetryDelay ?? 8000, 0, 600_000),
    fallbackSrc: options.fallbackSrc,
    labels: resolveLabels(options.labels),
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
}

function baseUrl(value: string): string {
  if (/^https?:\/\/[^/?#]+(\/[^?#]*)?$/i.test(value) || /^(\/[^/?#][^?#]*)?\/?$/.test(value))
    return value.replace(/\/+$/, '');
  throw new TypeError(
    `baseUrl must be an http(s) URL or a path, without query or fragment, not ${JSON.stringify(value)}`,
  );
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isFinite(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} must be a number from ${least} to ${most}, not ${String(value)}`);
}
