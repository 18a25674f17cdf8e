import type { Candidate, EndpointOptions, EndpointState } from '../endpoint.js';
import type { Outcome } from '../lease.js';
import type { PickerSettings } from '../settings.js';

export interface StrategyContext {
  /** The time on the balancer's clock, ms. */
  readonly now: number;
  /** A number from 0 up to, but not including, 1. Use it instead of `Math.random`, so that `peek` foretells the pick. */
  readonly random: () => number;
}

/**
 * A picker of one's own: given the endpoints that may be tried (at least one), which one? It must only look: it is also
 * asked by `peek`, for a pick that is not made.
 */
export type StrategyFunction<E> = (candidates: readonly Candidate<E>[], context: StrategyContext) => Candidate<unknown>;

export type StrategyName = 'weighted-random' | 'round-robin' | 'least-connections' | 'peak-ewma' | 'adaptive';

/** What a built-in strategy does: a choice that changes nothing, and what follows from it if it is taken. */
export interface Strategy<E extends EndpointOptions> {
  choose(candidates: readonly EndpointState<E>[], context: StrategyContext): EndpointState<E>;
  /** The choice was taken. */
  chosen?(picked: EndpointState<E>, candidates: readonly EndpointState<E>[]): void;
  /** A call that took `ms` ended; `expected` is what the average was before, NaN for a first answer. */
  settled?(state: EndpointState<E>, ms: number, outcome: Outcome, now: number, expected: number): void;
  /** Something else that it goes by may have changed: a probe's time, the settings, all that was learned. */
  learned?(state: EndpointState<E>): void;
  /** The weight that it gives each of `states`, where that is not the `weight` they have. Only looks. */
  weigh?(states: readonly EndpointState<E>[], now: number): ArrayLike<number>;
}

/** Makes a built-in strategy for the settings in force. */
export type StrategyMaker = <E extends EndpointOptions>(settings: PickerSettings<E>) => Strategy<E>;

export type Strategies = { readonly [N in StrategyName]?: StrategyMaker };
