import type { Clock } from './clock.js';
import type { EndpointOptions } from './endpoint.js';
import type { Strategies, StrategyFunction, StrategyName } from './strategies/strategy.js';

export type PriorityMode = 'spread' | 'tiers';

/**
 * What an attempt's end means. `success`: good for the endpoint, and for the caller whatever it is. `failure`: counts
 * against the endpoint and is tried elsewhere. `retry`: tried elsewhere, counts for nothing. `ignore`: counts for nothing
 * and goes to the caller.
 */
export type Verdict = 'success' | 'failure' | 'retry' | 'ignore';

/** Judges what an attempt threw (`error`) or returned (`result`, with `error` undefined). */
export type Classify = (error: unknown, result: unknown) => Verdict;

export interface BreakerOptions {
  /** Consecutive failures that block; each success takes one off. @default 3 */
  readonly maxFailures?: number;
  /** 0…1. When given, this share of failures within `window` blocks instead of consecutive ones. @default none */
  readonly failureRate?: number;
  /** Calls in `window` below which `failureRate` says nothing. @default 20 */
  readonly minimumCalls?: number;
  /** ms. @default 10_000 */
  readonly window?: number;
  /** First block, ms. @default 300_000 */
  readonly blockDuration?: number;
  /** What each further failure multiplies the block by; from 1 up. @default 2 */
  readonly retryMultiplier?: number;
  /** Longest block, ms. @default 3_600_000 */
  readonly maxBlockDuration?: number;
  /** 0…1, how much of a block chance may take off. @default 0.1 */
  readonly jitter?: number;
  /** Calls at once that may try a blocked endpoint when its time is up. @default 1 */
  readonly maxTrials?: number;
  /** ms after which a trial that hangs gives its place up. @default 30_000 */
  readonly trialTimeout?: number;
}

export interface SlowStartOptions {
  /** ms over which a recovered endpoint's weight comes back; 1: at once. @default 10_000 */
  readonly window?: number;
  /** 0.01…1, the share it begins with. @default 0.1 */
  readonly minimum?: number;
  /** From 1 up; above 1, weight comes back quickly at first. @default 1 */
  readonly aggression?: number;
}

export interface OutlierOptions {
  /** ms between looks. @default 10_000 */
  readonly interval?: number;
  /** Endpoints with enough calls below which nobody is an outlier. @default 5 */
  readonly minimumEndpoints?: number;
  /** Calls of an endpoint in an interval below which it is not judged. @default 100 */
  readonly minimumCalls?: number;
  /** Standard deviations below the group's mean success rate. @default 1.9 */
  readonly deviations?: number;
  /** ms, × how often it was ejected. @default 30_000 */
  readonly duration?: number;
  /** 0…1, the share of endpoints that may be out at once; one always may. @default 0.1 */
  readonly maxEjected?: number;
}

export interface RetryOptions {
  /** Attempts of one call, the first included. @default 3 */
  readonly attempts?: number;
  /** Extra attempts as a share of the calls. @default 0.2 */
  readonly ratio?: number;
  /** Extra attempts there are whatever the traffic. @default 10 */
  readonly reserve?: number;
  /** ms; longest first wait before the same endpoint is tried again. Another one is tried at once. @default 100 */
  readonly backoff?: number;
  /** Longest wait, ms. @default 2_000 */
  readonly maxBackoff?: number;
}

export interface HedgeOptions {
  /** ms without an answer after which the call is also sent to another endpoint. @default Infinity, never */
  readonly after?: number;
  /** Hedges as a share of the calls. @default 0.1 */
  readonly ratio?: number;
  /** @default 5 */
  readonly reserve?: number;
}

export interface AdaptiveOptions {
  /** @default 20 */
  readonly baseMultiplier?: number;
  /** @default 50 */
  readonly dynamicMultiplier?: number;
  /** 0…1 @default 0.5 */
  readonly alphaInitial?: number;
  /** 0…1 @default 0.1 */
  readonly alphaStep?: number;
}

/** What `updateConfig` of a picker may change. Groups are merged; what is not named stays. */
export interface PickerConfig<E extends EndpointOptions> {
  /** How one of the available endpoints is picked. @default 'round-robin' */
  readonly strategy?: StrategyName | StrategyFunction<E>;
  /**
   * `spread`: all available endpoints by weight, priority deciding ties and recommendations. `tiers`: priority 2 gets only
   * what priority 1 cannot take. @default 'spread'
   */
  readonly priorityMode?: PriorityMode;
  readonly breaker?: BreakerOptions;
  /** 0…1. With a smaller share of endpoints available, health is ignored; 0: never. @default 0.2 */
  readonly panicThreshold?: number;
  readonly slowStart?: SlowStartOptions;
  /** `false`: nobody is ejected. */
  readonly outliers?: OutlierOptions | false;
  readonly adaptive?: AdaptiveOptions;
  /** ms over which latency peaks and success rates are forgotten. @default 10_000 */
  readonly decay?: number;
}

/** What `updateConfig` of a balancer may change. */
export interface BalancerConfig<E extends EndpointOptions> extends PickerConfig<E> {
  readonly retry?: RetryOptions;
  readonly hedge?: HedgeOptions;
  /** ms for one call with all its attempts. @default Infinity */
  readonly timeout?: number;
  /** ms for one attempt. @default Infinity */
  readonly attemptTimeout?: number;
  /** @default a throw is a `failure`, anything else a `success` */
  readonly classify?: Classify;
}

/** What is given once. */
interface Surroundings<E> {
  readonly endpoints: readonly E[];
  /** @default a monotonic one */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: () => number;
}

export interface BalancerOptions<E extends EndpointOptions> extends BalancerConfig<E>, Surroundings<E> {}

export interface PickerOptions<E extends EndpointOptions> extends PickerConfig<E>, Surroundings<E> {
  /** The strategies that `strategy` may name besides `round-robin`; only these are loaded. @default none */
  readonly strategies?: Strategies;
}
