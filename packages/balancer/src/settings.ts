import type { EndpointOptions, EndpointPatch } from './endpoint.js';
import type {
  AdaptiveOptions,
  BreakerOptions,
  Classify,
  HedgeOptions,
  OutlierOptions,
  PickerConfig,
  PriorityMode,
  RetryOptions,
  SlowStartOptions,
} from './options.js';
import type { StrategyFunction, StrategyName } from './strategies/strategy.js';

/** Numbers that are not just "from 0 up". */
const ranges: Readonly<Record<string, readonly [least: number, most: number]>> = {
  panicThreshold: [0, 1],
  failureRate: [0, 1],
  jitter: [0, 1],
  minimum: [0.01, 1],
  maxEjected: [0, 1],
  alphaInitial: [0, 1],
  alphaStep: [0, 1],
  share: [0, 1],
  weight: [0.001, Infinity],
  priority: [1, Infinity],
  decay: [1, Infinity],
  window: [1, Infinity],
  aggression: [1, Infinity],
  maxFailures: [1, Infinity],
  retryMultiplier: [1, Infinity],
  maxTrials: [1, Infinity],
  attempts: [1, Infinity],
  maxConcurrency: [1, Infinity],
};

/** @throws TypeError or RangeError that names the option and its value */
export function checkNumber(name: string, value: unknown): void {
  const [least, most] = ranges[name.slice(name.lastIndexOf('.') + 1)] ?? [0, Infinity];
  if (typeof value === 'number' && value >= least && value <= most) return;
  const Wrong = typeof value === 'number' ? RangeError : TypeError;
  throw new Wrong(`${name} must be a number from ${least} to ${most}, not ${String(value)}`);
}

/** `standing` with what is given in its place, group by group, each number checked. */
export function fill<T extends object>(given: object, standing: T, path = ''): T {
  const filled: Record<string, unknown> = {};
  for (const [key, before] of Object.entries(standing) as [string, unknown][]) {
    const value = (given as Record<string, unknown>)[key] ?? before;
    if (typeof before === 'object') filled[key] = fill(value as object, before as object, `${path}${key}.`);
    else {
      if (typeof before === 'number' && value !== before) checkNumber(path + key, value);
      filled[key] = value;
    }
  }
  return filled as T;
}

export type BreakerSettings = Required<BreakerOptions>;

/** `PickerConfig` with nothing left open. */
export interface PickerSettings<E extends EndpointOptions> {
  readonly strategy: StrategyName | StrategyFunction<E>;
  readonly priorityMode: PriorityMode;
  readonly panicThreshold: number;
  readonly decay: number;
  readonly breaker: BreakerSettings;
  readonly slowStart: Required<SlowStartOptions>;
  readonly outliers: Required<OutlierOptions>;
  readonly adaptive: Required<AdaptiveOptions>;
}

/** `BalancerConfig` with nothing left open. */
export interface Settings<E extends EndpointOptions> extends PickerSettings<E> {
  readonly classify: Classify | undefined;
  readonly timeout: number;
  readonly attemptTimeout: number;
  readonly retry: Required<RetryOptions>;
  readonly hedge: Required<HedgeOptions>;
}

/** What stands where nothing is given; `Infinity` for a time is "never". */
export const pickerDefaults: PickerSettings<EndpointOptions> = {
  strategy: 'round-robin',
  priorityMode: 'spread',
  panicThreshold: 0.2,
  decay: 10_000,
  breaker: {
    maxFailures: 3,
    failureRate: Infinity,
    minimumCalls: 20,
    window: 10_000,
    blockDuration: 300_000,
    retryMultiplier: 2,
    maxBlockDuration: 3_600_000,
    jitter: 0.1,
    maxTrials: 1,
    trialTimeout: 30_000,
  },
  slowStart: { window: 10_000, minimum: 0.1, aggression: 1 },
  outliers: {
    interval: 10_000,
    minimumEndpoints: 5,
    minimumCalls: 100,
    deviations: 1.9,
    duration: 30_000,
    maxEjected: 0.1,
  },
  adaptive: { baseMultiplier: 20, dynamicMultiplier: 50, alphaInitial: 0.5, alphaStep: 0.1 },
};

/** What a balancer adds to that. */
export const callDefaults: Omit<Settings<never>, keyof PickerSettings<EndpointOptions>> = {
  classify: undefined,
  timeout: Infinity,
  attemptTimeout: Infinity,
  retry: { attempts: 3, ratio: 0.2, reserve: 10, backoff: 100, maxBackoff: 2_000 },
  hedge: { after: Infinity, ratio: 0.1, reserve: 5 },
};

/**
 * The settings after `patch`: groups are merged, the rest replaced.
 * @throws TypeError or RangeError that names the option and its value
 */
export function resolveSettings<E extends EndpointOptions, S extends PickerSettings<E>>(
  patch: PickerConfig<E>,
  standing: S,
): S {
  const settings = fill(patch.outliers === false ? { ...patch, outliers: { interval: Infinity } } : patch, standing);
  const { priorityMode } = settings;
  if (priorityMode === 'spread' || priorityMode === 'tiers') return settings;
  throw new RangeError(`priorityMode must be spread or tiers, not ${String(priorityMode)}`);
}

/** What a balancer may change about an endpoint, with nothing left open. */
export type EndpointSettings = Required<EndpointPatch>;

/** @throws TypeError or RangeError that names the option and its value */
export function resolveEndpoint(
  patch: EndpointPatch,
  standing: EndpointSettings = { weight: 1, priority: 1, maxConcurrency: Infinity, enabled: true },
): EndpointSettings {
  return fill(patch, standing);
}
