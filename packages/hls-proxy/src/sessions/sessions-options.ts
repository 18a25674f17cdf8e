import { randomBytes } from 'node:crypto';
import type { SessionStore } from './store.js';

export interface SessionsOptions {
  /** What all processes share. */
  readonly store: SessionStore;
  /** A session that asks for nothing this long is over, ms. Players that pause ask for playlists, if live. @default 90000 */
  readonly idle?: number | undefined;
  /** How often the store is told and asked what is new, ms; 0: only by `flush`. @default 1000 */
  readonly flushInterval?: number | undefined;
  /** Sessions of one user at once. @default any number */
  readonly maxPerUser?: number | undefined;
  /** Requests of one user's session under way at once, in this process. @default 64 */
  readonly maxPerSession?: number | undefined;
  /** Requests of one address under way at once, in this process; many viewers may share one. @default 4096 */
  readonly maxPerAddress?: number | undefined;
  /** Sessions that this process keeps in mind; the one seen longest ago is the first to be looked up anew. @default 100000 */
  readonly maxLocal?: number | undefined;
  /** Hears, after a report to the store, of bytes that could not be told to it and for which there was no more room. */
  readonly onDropped?: ((bytes: number) => void) | undefined;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: (() => number) | undefined;
  /** @default 96 random bits */
  readonly newId?: (() => string) | undefined;
}

export interface ResolvedSessionsOptions {
  readonly store: SessionStore;
  readonly idle: number;
  readonly flushInterval: number;
  readonly maxPerUser: number | undefined;
  readonly maxPerSession: number;
  readonly maxPerAddress: number;
  readonly maxLocal: number;
  readonly onDropped: (bytes: number) => void;
  readonly clock: () => number;
  readonly newId: () => string;
}

const atLeast = (least: number, name: string, value: number): number => {
  if (!Number.isFinite(value) || value < least)
    throw new RangeError(`Option ${name} is ${String(value)}, must be ${least} or more`);
  return value;
};

export const resolveSessionsOptions = (options: SessionsOptions): ResolvedSessionsOptions => ({
  store: options.store,
  idle: atLeast(1, 'idle', options.idle ?? 90_000),
  flushInterval: atLeast(0, 'flushInterval', options.flushInterval ?? 1000),
  maxPerUser: options.maxPerUser === undefined ? undefined : atLeast(1, 'maxPerUser', options.maxPerUser),
  maxPerSession: atLeast(1, 'maxPerSession', options.maxPerSession ?? 64),
  maxPerAddress: atLeast(1, 'maxPerAddress', options.maxPerAddress ?? 4096),
  maxLocal: atLeast(1, 'maxLocal', options.maxLocal ?? 100_000),
  onDropped: options.onDropped ?? (() => undefined),
  clock: options.clock ?? Date.now,
  newId: options.newId ?? (() => randomBytes(12).toString('base64url')),
});
