import { type Clock, systemClock } from './clock.js';
import type { ProbeResult } from './outcome.js';

/** Anything with a name can be probed; the probe gets it back as it was given. */
export interface Target {
  readonly name: string;
}

/** Looks at a target. Must end when the signal aborts: the prober does not wait for it any longer. */
export type Probe<T extends Target> = (
  target: T,
  context: { readonly signal: AbortSignal },
) => ProbeResult | Promise<ProbeResult>;

export interface CreateProberOptions<T extends Target> {
  /** What to probe at first; `add` and `remove` change it. @default none */
  readonly targets?: readonly T[] | undefined;
  readonly probe: Probe<T>;
  /** Time between probes of a target that is steadily up, in ms, above 0. @default 30000 */
  readonly interval?: number | undefined;
  /** Time between probes while the state is unknown or about to change, in ms. @default 1000, at most `interval` */
  readonly fastInterval?: number | undefined;
  /** Time between probes of a target that is down, in ms. @default 5000, at most `interval` */
  readonly downInterval?: number | undefined;
  /** The longest that bringing a recovered target back may take, probe times aside, in ms. @default 300000 */
  readonly maxRecoveryInterval?: number | undefined;
  /** Time that a probe may take, in ms; then it is aborted and has failed. @default 5000 */
  readonly timeout?: number | undefined;
  /** Successes in a row that bring a target back. @default 2 */
  readonly rise?: number | undefined;
  /** Failures in a row that take a target out. @default 3 */
  readonly fall?: number | undefined;
  /** How far each interval strays at random to either side, as a share, 0…1, so that probes do not march in step. @default 0.1 */
  readonly jitter?: number | undefined;
  /** Probes in flight at once, over all targets. @default 16 */
  readonly concurrency?: number | undefined;
  /** @default the system's monotonic clock and unref'd timers */
  readonly clock?: Clock | undefined;
  /** Numbers in [0, 1). @default `Math.random` */
  readonly random?: (() => number) | undefined;
}

/** Options with every default filled in. */
export interface ProberOptions {
  readonly interval: number;
  readonly fastInterval: number;
  readonly downInterval: number;
  readonly maxRecoveryInterval: number;
  readonly timeout: number;
  readonly rise: number;
  readonly fall: number;
  readonly jitter: number;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly random: () => number;
}

const duration = (name: string, value: number): number => {
  if (Number.isFinite(value) && value > 0) return value;
  throw new RangeError(`Option ${name} is ${value}, must be a duration above 0 ms`);
};

const count = (name: string, value: number): number => {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`Option ${name} is ${value}, must be a whole number from 1`);
};

/** @throws {TypeError | RangeError} naming the option and its value */
export const resolveOptions = <T extends Target>(options: CreateProberOptions<T>): ProberOptions => {
  if (typeof options.probe !== 'function')
    throw new TypeError(`Option probe is ${String(options.probe)}, must be a function`);
  const interval = duration('interval', options.interval ?? 30_000);
  const jitter = options.jitter ?? 0.1;
  if (!(jitter >= 0 && jitter <= 1)) throw new RangeError(`Option jitter is ${jitter}, must be within 0…1`);
  return {
    interval,
    fastInterval: duration('fastInterval', options.fastInterval ?? Math.min(1000, interval)),
    downInterval: duration('downInterval', options.downInterval ?? Math.min(5000, interval)),
    maxRecoveryInterval: duration('maxRecoveryInterval', options.maxRecoveryInterval ?? 300_000),
    timeout: duration('timeout', options.timeout ?? 5000),
    rise: count('rise', options.rise ?? 2),
    fall: count('fall', options.fall ?? 3),
    jitter,
    concurrency: count('concurrency', options.concurrency ?? 16),
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
  };
};
