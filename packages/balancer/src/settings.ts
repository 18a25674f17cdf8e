import type { OutlierSettings } from './availability/outliers.js';
import type { SlowStartSettings } from './availability/slow-start.js';
import type { BreakerSettings } from './circuit/circuit.js';
import type { EndpointOptions } from './endpoint.js';
import type { BalancerConfig, Classify, HedgeOptions, PriorityMode, RetryOptions } from './options.js';
import type { AdaptiveSettings } from './strategies/adaptive-weight.js';
import type { StrategyFunction, StrategyName } from './strategies/strategy.js';

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
    throw new TypeError(`name must be a string that is not empty, not ${JSON.stringify(endpoint.name)}`);
  }
  if (endpoint.weight !== undefined) check('weight', endpoint.weight, 'positive');
  if (endpoint.priority !== undefined) check('priority', endpoint.priority, 'fromZero');
  if (endpoint.maxConcurrency !== undefined) check('maxConcurrency', endpoint.maxConcurrency, 'fromOne');
}

/** @throws TypeError or RangeError that names the option and its value */
export function resolveSettings<E extends EndpointOptions>(options: BalancerConfig<E>): Settings<E> {
  const { strategy = 'round-robin', priorityMode = 'spread' } = options;
  if (typeof strategy !== 'function' && !strategies.includes(strategy)) {
    throw new RangeError(`strategy must be a function or one of ${strategies.join(', ')}, not ${JSON.stringify(strategy)}`);
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
