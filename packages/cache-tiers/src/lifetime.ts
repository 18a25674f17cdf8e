import type { EntryHead, Lifetime } from './entry.js';

/** The latest time that a `Date` can hold; stands for "for ever" in heads, which must survive JSON. */
const LATEST = 8.64e15;

/** What lifetimes are worked out with where a call does not say. */
export interface LifetimeDefaults {
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  /** Share of a lifetime, from 0 to 1, by which it may be cut at random. */
  readonly jitter: number;
  readonly random: () => number;
}

function duration(name: string, value: number): number {
  if (!(value >= 0)) throw new RangeError(`lifetime.${name} must be a number of milliseconds from 0 on, not ${value}`);
  return value;
}

/** Works the absolute times of a head out of a lifetime. */
export function headFor<M>(
  metadata: M,
  lifetime: Lifetime,
  tags: readonly string[],
  storedAt: number,
  defaults: LifetimeDefaults,
): EntryHead<M> {
  const { jitter, random } = defaults;
  const ttl = duration('ttl', lifetime.ttl) * (jitter === 0 ? 1 : 1 - jitter * random());
  const freshUntil = Math.min(LATEST, Math.floor(storedAt + ttl));
  const staleWhileRevalidate = duration(
    'staleWhileRevalidate',
    lifetime.staleWhileRevalidate ?? defaults.staleWhileRevalidate,
  );
  const staleIfError = duration('staleIfError', lifetime.staleIfError ?? defaults.staleIfError);
  const head = {
    metadata,
    storedAt,
    freshUntil,
    staleWhileRevalidateUntil: Math.min(LATEST, freshUntil + staleWhileRevalidate),
    staleIfErrorUntil: Math.min(LATEST, freshUntil + staleIfError),
    tags: [...tags],
  };
  return lifetime.tierTtls === undefined ? head : { ...head, tierTtls: { ...lifetime.tierTtls } };
}

/** When an entry turns into garbage. */
export function endOfLife(head: EntryHead): number {
  return Math.max(head.freshUntil, head.staleWhileRevalidateUntil, head.staleIfErrorUntil);
}

/** Until when a tier may give its copy out without asking anyone. */
export function usableUntil(head: EntryHead, tier: string, placedAt: number): number {
  return Math.min(head.freshUntil, tierLimit(head, tier, placedAt));
}

/** When the tier's own time limit for its copy passes. */
export function tierLimit(head: EntryHead, tier: string, placedAt: number): number {
  const ttl = head.tierTtls?.[tier];
  return ttl === undefined ? Infinity : placedAt + ttl;
}

/** Whether a tier is to keep such an entry at all: a limit of 0 says no. */
export function wantedIn(head: EntryHead, tier: string): boolean {
  return head.tierTtls?.[tier] !== 0;
}

/** The same head, stale as of `at`. */
export function madeStale<M>(head: EntryHead<M>, at: number): EntryHead<M> {
  return head.freshUntil <= at ? head : { ...head, freshUntil: at, staleWhileRevalidateUntil: at };
}

/** Whether two heads describe the same stored bytes; lifetimes may differ, by a soft purge. */
export function sameEntry(one: EntryHead, other: EntryHead): boolean {
  return one.storedAt === other.storedAt && JSON.stringify(one.metadata) === JSON.stringify(other.metadata);
}
