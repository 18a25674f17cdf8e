import type { ReverseProxyObserver } from '@forebay/reverse-proxy';
import { number, resolveBookOptions, type ResolvedBookOptions, type UrlBookOptions } from './book/options.js';
import type { StoreProxyOptions } from './serve/store-proxy.js';
import type { VerifyOptions } from './verify.js';

export interface SignedImagesOptions extends UrlBookOptions {
  /** Names them in keys, logs and metrics. @default 'signed-images' */
  readonly name?: string;
  /** The path before every key; begins and ends with a slash. @default '/' */
  readonly mount?: string;
  /** Streams images, too. @default none: `mode=proxy` is refused */
  readonly proxy?: StoreProxyOptions;
  /** How the store is asked whether a URL works. */
  readonly verify?: VerifyOptions;
  /**
   * `refresh=true` may come from anyone, so it signs anew only what was signed longer ago than this, in ms.
   * @default 10000
   */
  readonly refreshCooldown?: number;
  /** Hears of every answer, redirects included. */
  readonly observer?: ReverseProxyObserver;
}

/** The options as they are worked with: complete. */
export interface ResolvedOptions {
  readonly name: string;
  readonly mount: string;
  readonly proxy: StoreProxyOptions | undefined;
  readonly verify: VerifyOptions;
  readonly refreshCooldown: number;
  readonly observer: ReverseProxyObserver | undefined;
  readonly book: ResolvedBookOptions;
}

/** @throws {RangeError | TypeError} when an option is wrong; the message names it and its value. */
export function resolveOptions(options: SignedImagesOptions): ResolvedOptions {
  const { name = 'signed-images', mount = '/', proxy, verify = {}, refreshCooldown = 10_000, observer } = options;
  if (!/^\/(?:.*\/)?$/.test(mount))
    throw new TypeError(`mount must begin and end with a slash, not ${JSON.stringify(mount)}`);
  number('refreshCooldown', refreshCooldown, 0);
  return { name, mount, proxy, verify, refreshCooldown, observer, book: resolveBookOptions(options) };
}
