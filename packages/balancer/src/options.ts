import type { SlowStartSettings } from './availability/slow-start.js';
import type { OutlierSettings } from './availability/outliers.js';
import type { BreakerSettings } from './circuit/circuit.js';
import type { Clock } from './clock.js';
import type { EndpointOptions } from './endpoint.js';
import type { AdaptiveSettings } from './strategies/adaptive-weight.js';
import type { StrategyFunction, StrategyName } from './strategies/strategy.js';

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
  /** ms over which a recovered endpoint's weight comes back; 0: at once. @default 10_000 */
  readonly window?: number;
  /** 0…1, the share it begins with. @default 0.1 */
  readonly minimum?: number;
  /** Above 1, weight comes back quickly at first. @default 1 */
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
  /** ms without an answer after which the call is also sent to another endpoint; `undefined`: never. @default none */
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

/** What `updateConfig` may change. Groups are merged; what is not named stays. */
export interface BalancerConfig<E extends EndpointOptions> {
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
  readonly retry?: RetryOptions;
  readonly hedge?: HedgeOptions;
  readonly adaptive?: AdaptiveOptions;
  /** ms over which latency peaks and success rates are forgotten. @default 10_000 */
  readonly decay?: number;
  /** ms for one call with all its attempts. @default none */
  readonly timeout?: number;
  /** ms for one attempt. @default none */
  readonly attemptTimeout?: number;
  /** @default a throw is a `failure`, anything else a `success` */
  readonly classify?: Classify;
}

export interface BalancerOptions<E extends EndpointOptions> extends BalancerConfig<E> {
  readonly endpoints: readonly E[];
  /** @default a monotonic one */
  readonly clock?: Clock;
  /** @default Math.random */
  readonly random?: () => number;
}

/** `BalancerConfig` with nothing left open. */
export interface Settings<E extends EndpointOptions> {
  readonly strategy: StrategyName | StrategyFunction<E>;
  readonly priorityMode: PriorityMode;
  readonly breaker: BreakerSettings;
  readonly panicThreshold: number;
  readonly slowStart: SlowStartSettings;
  readonly outliers: OutlierSettings | undefined;
  readonly retry: Required<RetryOptions>;
  readonly hedge: Required<Omit<HedgeOptions, 'after'>> & { readonly after: number | undefined };
  readonly adaptive: AdaptiveSettings;
  readonly decay: number;
  readonly timeout: number | undefined;
  readonly attemptTimeout: number | undefined;
  readonly classify: Classify | undefined;
}

const strategies: readonly unknown[] = [
  'weighted-random',
  'round-robin',
  'least-connections',
  'peak-ewma',
  'adaptive',
] satisfies StrategyName[];

type Bound = 'share' | 'positive' | 'fromZero' | 'fromOne';

const bounds: Record<Bound, readonly [test: (value: number) => boolean, words: string]> = {
  share: [(value) => value >= 0 && value <= 1, 'a number from 0 to 1'],
  positive: [(value) => value > 0, 'a number above 0'],
  fromZero: [(value) => value >= 0, 'a number from 0 up'],
  fromOne: [(value) => value >= 1, 'a number from 1 up'],
};

function check(name: string, value: unknown, bound: Bound): void {
  const [test, words] = bounds[bound];
  if (typeof value !== 'number') throw new TypeError(`${name} must be ${words}, not ${String(value)}`);
  if (!test(value)) throw new RangeError(`${name} must be ${words}, not ${value}`);
}

/** The group with its defaults, each of its numbers checked; a member that is `undefined` counts as not given. */
function group<T extends object>(
  name: string,
  given: object | undefined,
  defaults: T,
  rules: Partial<Record<keyof T, Bound>>,
): T {
  const complete: Record<string, unknown> = { ...(defaults as Record<string, unknown>) };
  for (const [key, value] of Object.entries(given ?? {})) if (value !== undefined) complete[key] = value;
  for (const [key, bound] of Object.entries(rules) as [string, Bound][]) {
    if (complete[key] !== undefined) check(name ? `${name}.${key}` : key, complete[key], bound);
  }
  return complete as T;
}

/** @throws TypeError or RangeError that names the option and its value */
export function checkEndpoint(endpoint: EndpointOptions | Omit<EndpointOptions, 'name'>): void {
  if ('name' in endpoint && (typeof endpoint.name !== 'string' || endpoint.name === '')) {
    throw new TypeError(`name must be a string that is not empty, not ${String(endpoint.name)}`);
  }
  if (endpoint.weight !== undefined) check('weight', endpoint.weight, 'positive');
  if (endpoint.priority !== undefined) check('priority', endpoint.priority, 'fromZero');
  if (endpoint.maxConcurrency !== undefined) check('maxConcurrency', endpoint.maxConcurrency, 'fromOne');
}

/** @throws TypeError or RangeError that names the option and its value */
export function resolveSettings<E extends EndpointOptions>(options: BalancerConfig<E>): Settings<E> {
  const { strategy = 'round-robin', priorityMode = 'spread' } = options;
  if (typeof strategy !== 'function' && !strategies.includes(strategy)) {
    throw new RangeError(`strategy must be a function or one of ${strategies.join(', ')}, not ${String(strategy)}`);
  }
  if (priorityMode !== 'spread' && priorityMode !== 'tiers') {
    throw new RangeError(`priorityMode must be spread or tiers, not ${String(priorityMode)}`);
  }
  const plain = group(
    '',
    { ...options, endpoints: undefined },
    {
      panicThreshold: 0.2,
      decay: 10_000,
      timeout: undefined as number | undefined,
      attemptTimeout: undefined as number | undefined,
    },
    { panicThreshold: 'share', decay: 'positive', timeout: 'positive', attemptTimeout: 'positive' },
  );
  return {
    strategy,
    priorityMode,
    breaker: group(
      'breaker',
      options.breaker,
      {
        maxFailures: 3,
        failureRate: undefined as number | undefined,
        minimumCalls: 20,
        window: 10_000,
        blockDuration: 300_000,
        retryMultiplier: 2,
        maxBlockDuration: 3_600_000,
        jitter: 0.1,
        maxTrials: 1,
        trialTimeout: 30_000,
      },
      {
        maxFailures: 'fromOne',
        failureRate: 'share',
        minimumCalls: 'fromOne',
        window: 'positive',
        blockDuration: 'fromZero',
        retryMultiplier: 'fromOne',
        maxBlockDuration: 'fromZero',
        jitter: 'share',
        maxTrials: 'fromOne',
        trialTimeout: 'positive',
      },
    ),
    panicThreshold: plain.panicThreshold,
    slowStart: group(
      'slowStart',
      options.slowStart,
      { window: 10_000, minimum: 0.1, aggression: 1 },
      { window: 'fromZero', minimum: 'share', aggression: 'positive' },
    ),
    outliers:
      options.outliers === false
        ? undefined
        : group(
            'outliers',
            options.outliers,
            {
              interval: 10_000,
              minimumEndpoints: 5,
              minimumCalls: 100,
              deviations: 1.9,
              duration: 30_000,
              maxEjected: 0.1,
            },
            {
              interval: 'positive',
              minimumEndpoints: 'fromOne',
              minimumCalls: 'fromOne',
              deviations: 'fromZero',
              duration: 'fromZero',
              maxEjected: 'share',
            },
          ),
    retry: group(
      'retry',
      options.retry,
      { attempts: 3, ratio: 0.2, reserve: 10, backoff: 100, maxBackoff: 2_000 },
      { attempts: 'fromOne', ratio: 'fromZero', reserve: 'fromZero', backoff: 'fromZero', maxBackoff: 'fromZero' },
    ),
    hedge: group(
      'hedge',
      options.hedge,
      { after: undefined as number | undefined, ratio: 0.1, reserve: 5 },
      { after: 'fromZero', ratio: 'fromZero', reserve: 'fromZero' },
    ),
    adaptive: group(
      'adaptive',
      options.adaptive,
      { baseMultiplier: 20, dynamicMultiplier: 50, alphaInitial: 0.5, alphaStep: 0.1 },
      { baseMultiplier: 'positive', dynamicMultiplier: 'positive', alphaInitial: 'share', alphaStep: 'share' },
    ),
    decay: plain.decay,
    timeout: plain.timeout,
    attemptTimeout: plain.attemptTimeout,
    classify: options.classify,
  };
}

/** The options as they are after `patch`: groups merged, the rest replaced. */
export function mergeConfig<E extends EndpointOptions>(
  config: BalancerConfig<E>,
  patch: BalancerConfig<E>,
): BalancerConfig<E> {
  const merged: Record<string, unknown> = { ...config };
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const before = merged[key];
    merged[key] = isGroup(before) && isGroup(value) ? { ...before, ...value } : value;
  }
  return merged;
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
