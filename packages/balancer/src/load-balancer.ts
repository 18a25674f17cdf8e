import type { AttemptFunction, CallOptions } from './attempts/call-options.js';
import type { RetryBudget } from './attempts/budget.js';
import type { EndpointOptions, EndpointPatch } from './endpoint.js';
import type { BalancerEvents, PickerEvents } from './events.js';
import type { Lease } from './lease.js';
import type { BalancerConfig, PickerConfig } from './options.js';
import type { EndpointStatus } from './status.js';

export interface AcquireOptions {
  /** Names of endpoints that were already tried for this call. */
  readonly exclude?: ReadonlySet<string>;
  /**
   * When all that are fit are excluded, takes one that is blocked, ejected or probed unwell, rather than none: for the
   * last try of a call that would fail otherwise.
   * @default false
   */
  readonly lastResort?: boolean;
}

export interface BalancerStats {
  /** Since the balancer was made. */
  readonly calls: number;
  readonly attempts: number;
  readonly retries: number;
  readonly hedges: number;
  /** Calls that found nothing to try, or failed everywhere. */
  readonly exhausted: number;
  readonly inFlight: number;
  /** Whether health is being ignored, see `panicThreshold`. */
  readonly panic: boolean;
  readonly retriesRemaining: number;
  readonly hedgesRemaining: number;
}

/** Picks endpoints for calls that are made elsewhere; see `createPicker`. */
export interface Picker<E extends EndpointOptions> {
  /** Takes an endpoint for a call that is made elsewhere; `undefined` if none may be tried. */
  acquire(options?: AcquireOptions): Lease<E> | undefined;
  status(): readonly EndpointStatus<E>[];
  /** Those that neither circuit, probes, ejection nor draining keep out. */
  healthy(): readonly E[];
  /** Those that a circuit or an ejection keeps out now. */
  blocked(): readonly E[];
  /** The best available one: by priority, then success rate, weight and response time. */
  recommend(): E | undefined;
  /** The one that would be picked now. */
  peek(): E | undefined;
  updateConfig(patch: PickerConfig<E>): void;
  updateEndpoint(name: string, patch: EndpointPatch): void;
  add(endpoint: E): void;
  /** Whether there was one of that name. Its running calls settle safely. */
  remove(name: string): boolean;
  /** Closes circuits and forgets what was learned, of one endpoint or of all. */
  reset(name?: string): void;
  /** What an active probe says. An unhealthy endpoint is not picked, except in panic. */
  setHealthy(name: string, healthy: boolean): void;
  /** An active probe's response time. */
  recordProbe(name: string, responseTimeMs: number): void;
  /** Leaves an endpoint alone for so many ms (`Retry-After`), without counting a failure. */
  hold(name: string, durationMs: number): void;
  /** Gives an endpoint a share (0…1) of its weight; 0: no calls. */
  setWeightShare(name: string, share: number): void;
  /** ms until an endpoint may be tried again, 0 if one may now. */
  retryAfter(): number;
  on<K extends keyof PickerEvents<E>>(event: K, listener: (payload: PickerEvents<E>[K]) => void): () => void;
}

/** Spreads calls over endpoints; see `createBalancer`. */
export interface LoadBalancer<E extends EndpointOptions> extends Picker<E> {
  /**
   * Runs `fn` with an endpoint; when that fails, with others, within the retry budget and one deadline.
   * @throws BalancerError `FOREBAY_NO_ENDPOINT`, `FOREBAY_ALL_FAILED`, `FOREBAY_DEADLINE`, or the reason of `signal`
   */
  call<T>(fn: AttemptFunction<E, T>, options?: CallOptions): Promise<T>;
  updateConfig(patch: BalancerConfig<E>): void;
  on<K extends keyof BalancerEvents<E>>(event: K, listener: (payload: BalancerEvents<E>[K]) => void): () => void;
  formatStatus(): string;
  stats(): BalancerStats;
  /** The budget that `call` takes its retries from, for callers who retry by themselves. */
  readonly retries: RetryBudget;
  readonly hedges: RetryBudget;
}
