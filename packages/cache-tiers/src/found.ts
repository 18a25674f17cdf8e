import type { GetOrSetOptions, Opened } from './cache.js';
import type { Body, EntryHead } from './entry.js';
import type { Outcome } from './flight.js';
import { endOfLife, tierLimit } from './lifetime.js';
import type { KeptEntry } from './memory/memory-entry.js';

/** A copy that was found in a tier. */
export interface Found<M = unknown> {
  readonly tier: string;
  readonly head: EntryHead<M>;
  readonly body: Body;
  readonly placedAt: number;
  readonly entry: KeptEntry<M> | undefined;
  /** Lets go of what the tier holds for it. */
  close(): void;
}

/** What may be done with a copy now. */
export type Verdict = 'fresh' | 'stale-while-revalidate' | 'revalidate' | 'garbage';

/** RFC 5861's three ages; a copy beyond its tier's own limit is never given out without asking. */
export function judge<M>(found: Found<M>, now: number, decide: GetOrSetOptions<M>['decide']): Verdict {
  const { head } = found;
  if (now >= endOfLife(head)) return 'garbage';
  if (now >= tierLimit(head, found.tier, found.placedAt)) return 'revalidate';
  if (decide !== undefined) return decide(head, now);
  if (now < head.freshUntil) return 'fresh';
  return now < head.staleWhileRevalidateUntil ? 'stale-while-revalidate' : 'revalidate';
}

/** Whether a copy may be given out although a load failed or takes long. */
export function servesOnError<M>(found: Found<M>, now: number, may: GetOrSetOptions<M>['mayServeOnError']): boolean {
  const { head } = found;
  if (may !== undefined) return may(head, now);
  return now < Math.max(head.staleIfErrorUntil, head.staleWhileRevalidateUntil);
}

export function foundInMemory<M>(entry: KeptEntry<M>, tier: string): Found<M> {
  const { head, body, placedAt } = entry;
  return { tier, head, body, placedAt, entry, close: nothing };
}

export function openedFrom<M>(
  found: Found<M>,
  state: 'fresh' | 'stale',
  failure?: { readonly error: unknown },
): Opened<M> {
  const { head, body, tier, entry } = found;
  const opened = { head, body, source: tier, state, collapsed: false };
  if (failure !== undefined) return { ...opened, ...failure, ...(entry === undefined ? {} : { entry }) };
  return entry === undefined ? opened : { ...opened, entry };
}

export function openedFromLoad<M>(
  outcome: Extract<Outcome<M>, { kind: 'loaded' | 'renewed' }>,
  collapsed: boolean,
): Opened<M> {
  const { head, entry } = outcome;
  const opened =
    outcome.kind === 'loaded'
      ? ({ head, body: outcome.body, source: 'load', state: 'loaded', collapsed } as const)
      : ({ head, body: outcome.found.body, source: outcome.found.tier, state: 'revalidated', collapsed } as const);
  return entry === undefined ? opened : { ...opened, entry };
}

function nothing(): void {}
