import type { Presign } from '../presigners/presigner.js';
import type { BookStore } from './book-store.js';
import { memoryBookStore } from './memory-book-store.js';

/** How URLs are signed, kept and refreshed. Durations in milliseconds. */
export interface UrlBookOptions {
  readonly presign: Presign;
  /** Where URLs are kept; several processes or nodes may share one. @default a {@link memoryBookStore} of its own */
  readonly book?: BookStore;
  /** How long a URL is signed for. @default 3600000 */
  readonly lifetime?: number;
  /** How long before its end a URL is replaced, unless a quarter of its life is less. @default 900000 */
  readonly refreshBefore?: number;
  /** Spreads refreshes: up to this share of `refreshBefore` earlier. From 0 to 1. @default 0.2 */
  readonly jitter?: number;
  /** Keys that nobody asked for in so long are idle and not refreshed. @default half of `lifetime` */
  readonly activeWithin?: number;
  /** How long whoever refreshes a key has for it before another may try, also after a failure. @default 30000 */
  readonly lease?: number;
  /** How long a process may use its own copy before it looks into the book again. @default 15000, an eighth of `lifetime` if that is less */
  readonly recheck?: number;
  /** Copies that a process holds at most. @default 10000 */
  readonly maxCopies?: number;
  /** Signings at once, where they take time. @default 16 */
  readonly concurrency?: number;
  /** Hears of refreshes that failed while the old URL serves on, and of a book that cannot be reached. @default nobody */
  readonly onError?: (error: unknown, key: string | undefined) => void;
  /** @default the system's */
  readonly clock?: { now(): number };
  /** From 0 to 1, exclusive. @default Math.random */
  readonly random?: () => number;
}

/** The options as the book works with them: complete. */
export type ResolvedBookOptions = Required<UrlBookOptions>;

/** @throws {RangeError | TypeError} when an option is wrong; the message names it and its value. */
export function resolveBookOptions(options: UrlBookOptions): ResolvedBookOptions {
  if (typeof options.presign !== 'function') throw new TypeError('presign must be a function');
  const lifetime = number('lifetime', options.lifetime ?? 3_600_000, 1000);
  return {
    presign: options.presign,
    book: options.book ?? memoryBookStore(),
    lifetime,
    refreshBefore: number('refreshBefore', options.refreshBefore ?? 900_000, 0),
    jitter: number('jitter', options.jitter ?? 0.2, 0, 1),
    activeWithin: number('activeWithin', options.activeWithin ?? lifetime / 2, 0),
    lease: number('lease', options.lease ?? 30_000, 1),
    recheck: number('recheck', options.recheck ?? Math.min(15_000, lifetime / 8), 0),
    maxCopies: number('maxCopies', options.maxCopies ?? 10_000, 1),
    concurrency: number('concurrency', options.concurrency ?? 16, 1),
    onError: options.onError ?? (() => undefined),
    clock: options.clock ?? Date,
    random: options.random ?? Math.random,
  };
}

export function number(name: string, value: number, least: number, most: number = Number.MAX_SAFE_INTEGER): number {
  if (value >= least && value <= most) return value;
  throw new RangeError(`${name} must be a number from ${least} to ${most}, not ${value}`);
}
