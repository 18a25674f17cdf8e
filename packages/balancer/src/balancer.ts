import { Call } from './attempts/call.js';
import type { AttemptFunction, CallOptions, Caller } from './attempts/call-options.js';
import type { AcquireOptions, BalancerStats, LoadBalancer } from './load-balancer.js';
import { createRetryBudget, type RetryBudget } from './attempts/budget.js';
import { findOutliers } from './availability/outliers.js';
import { Roster } from './availability/roster.js';
import { slowStartShare } from './availability/slow-start.js';
import { resolveClock, type CompleteClock } from './clock.js';
import { Dice } from './dice.js';
import { EndpointState, type EndpointOptions, type EndpointPatch } from './endpoint.js';
import { UnknownEndpointError } from './errors.js';
import { Events, type BalancerEvents } from './events.js';
import { HeldLease, type Ledger } from './lease.js';
import type { BalancerConfig, BalancerOptions } from './options.js';
import { checkEndpoint, mergeConfig, resolveSettings, type Settings } from './settings.js';
import { formatStatus, statusOf, type EndpointStatus } from './status.js';
import { createStrategy } from './strategies/create-strategy.js';
import type { Strategy } from './strategies/strategy.js';

export type { LoadBalancer } from './load-balancer.js';

/** ms to say in `retryAfter` when nothing but a probe or an operator can bring an endpoint back. */
const unknownWait = 1000;

class Balancer<E extends EndpointOptions> implements LoadBalancer<E>, Caller<E>, Ledger<E> {
  settings: Settings<E>;
  readonly clock: CompleteClock;
  readonly random: () => number;
  readonly events: Events<BalancerEvents<E>> = new Events();
  readonly retries: RetryBudget;
  readonly hedges: RetryBudget;
  readonly counters: { calls: number; retries: number; hedges: number; exhausted: number } = {
    calls: 0,
    retries: 0,
    hedges: 0,
    exhausted: 0,
  };
  #config: BalancerConfig<E>;
  #strategy: Strategy<E>;
  readonly #byName = new Map<string, EndpointState<E>>();
  readonly #roster = new Roster<E>();
  readonly #dice: Dice;
  #attempts = 0;
  #nextSweep: number;

  constructor(options: BalancerOptions<E>) {
    const { endpoints, clock, random, ...config } = options;
    this.#config = config;
    this.settings = resolveSettings(config);
    this.clock = resolveClock(clock);
    this.#dice = new Dice(random ?? Math.random);
    this.random = this.#dice.roll;
    this.retries = createRetryBudget({ ...this.settings.retry, clock: this.clock });
    this.hedges = createRetryBudget({ ...this.settings.hedge, clock: this.clock });
    this.#strategy = createStrategy(this.settings);
    this.#nextSweep = this.clock.now() + (this.settings.outliers?.interval ?? 0);
    for (const endpoint of endpoints) this.#insert(endpoint);
    this.#roster.replace([...this.#byName.values()]);
  }

  call<T>(fn: AttemptFunction<E, T>, options?: CallOptions): Promise<T> {
    return new Call(this, fn, options).run();
  }

  acquire(options?: AcquireOptions): HeldLease<E> | undefined {
    const now = this.clock.now();
    const roll = this.#dice.roll;
    const candidates = this.#roster.candidates(now, this.settings, roll, options?.exclude);
    if (candidates.length === 0) return undefined;
    const strategy = this.#strategy;
    const state = strategy.choose(candidates, { now, random: roll });
    strategy.chosen?.(state, candidates);
    state.picks++;
    this.#attempts++;
    if (++state.inFlight === state.maxConcurrency) this.#roster.touch();
    if (state.circuit.isClosed) return new HeldLease(state, now, undefined, this);
    const trial = state.circuit.begin(now, this.settings.breaker);
    if (trial) {
      this.#roster.touch();
      this.events.emit('trial', () => ({ endpoint: state.endpoint }));
    }
    return new HeldLease(state, now, trial, this);
  }

  peek(): E | undefined {
    const now = this.clock.now();
    const random = this.#dice.preview();
    const candidates = this.#roster.candidates(now, this.settings, random);
    return candidates.length === 0 ? undefined : this.#strategy.choose(candidates, { now, random }).endpoint;
  }

  recommend(): E | undefined {
    const now = this.clock.now();
    const { decay } = this.settings;
    const usable = this.#roster.states.filter((state) => this.#roster.isUsable(state, now, this.settings));
    return usable.toSorted(
      (a, b) =>
        a.priority - b.priority ||
        b.success.at(now, decay) - a.success.at(now, decay) ||
        b.configuredWeight - a.configuredWeight ||
        (a.average.value ?? Infinity) - (b.average.value ?? Infinity) ||
        0,
    )[0]?.endpoint;
  }

  status(): readonly EndpointStatus<E>[] {
    const now = this.clock.now();
    const { slowStart, decay } = this.settings;
    return [...this.#byName.values()].map((state) => {
      const back = slowStartShare(Math.max(0, now - state.recoveredAt), slowStart);
      const usable = this.#roster.isUsable(state, now, this.settings);
      return statusOf(state, now, usable, state.configuredWeight * state.share * back, decay);
    });
  }

  healthy(): readonly E[] {
    const now = this.clock.now();
    const states = [...this.#byName.values()];
    return states.filter((state) => this.#roster.isFit(state, now, this.settings)).map(({ endpoint }) => endpoint);
  }

  blocked(): readonly E[] {
    const now = this.clock.now();
    const states = [...this.#byName.values()];
    return states
      .filter(({ circuit, ejectedUntil }) => circuit.state(now) === 'open' || ejectedUntil > now)
      .map(({ endpoint }) => endpoint);
  }

  updateConfig(patch: BalancerConfig<E>): void {
    const config = mergeConfig(this.#config, patch);
    const settings = resolveSettings(config);
    this.#config = config;
    this.settings = settings;
    this.#strategy = createStrategy(settings);
    this.#roster.touch();
  }

  updateEndpoint(name: string, patch: EndpointPatch): void {
    const state = this.#state(name);
    checkEndpoint(patch);
    if (patch.weight !== undefined) state.configuredWeight = patch.weight;
    if (patch.priority !== undefined) state.priority = patch.priority;
    if (patch.enabled !== undefined) state.enabled = patch.enabled;
    if (patch.maxConcurrency !== undefined) state.maxConcurrency = patch.maxConcurrency;
    this.#roster.replace([...this.#byName.values()]);
  }

  add(endpoint: E): void {
    this.#insert(endpoint);
    this.#roster.replace([...this.#byName.values()]);
  }

  remove(name: string): boolean {
    const found = this.#byName.delete(name);
    this.#roster.replace([...this.#byName.values()]);
    return found;
  }

  reset(name?: string): void {
    const states = name === undefined ? this.#byName.values() : [this.#state(name)];
    for (const state of states) state.reset();
    this.#roster.touch();
  }

  setHealthy(name: string, healthy: boolean): void {
    const state = this.#state(name);
    if (state.healthy === healthy) return;
    state.healthy = healthy;
    if (healthy) {
      const now = this.clock.now();
      state.recoveredAt = now;
      // The probe has seen it answer: let a trial call decide now, not when the block would have ended.
      state.circuit.expire(now);
    }
    this.#roster.touch();
    this.events.emit('health', () => ({ endpoint: state.endpoint, healthy }));
  }

  recordProbe(name: string, responseTimeMs: number): void {
    const state = this.#state(name);
    state.probeTimeMs = responseTimeMs;
    this.#strategy.probed?.(state);
  }

  hold(name: string, durationMs: number): void {
    const state = this.#state(name);
    state.heldUntil = Math.max(state.heldUntil, this.clock.now() + durationMs);
    this.#roster.touch();
  }

  setWeightShare(name: string, share: number): void {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`share must be a number from 0 to 1, not ${share}`);
    this.#state(name).share = share;
    this.#roster.touch();
  }

  retryAfter(): number {
    const now = this.clock.now();
    if (this.#roster.candidates(now, this.settings, () => 0).length > 0) return 0;
    let wait = Infinity;
    for (const { enabled, healthy, share, circuit, heldUntil, ejectedUntil } of this.#byName.values()) {
      if (!enabled || !healthy || share === 0) continue;
      const free = Math.max(circuit.until ?? 0, heldUntil, ejectedUntil);
      if (free > now) wait = Math.min(wait, free - now);
    }
    return wait === Infinity ? unknownWait : wait;
  }

  on<K extends keyof BalancerEvents<E>>(event: K, listener: (payload: BalancerEvents<E>[K]) => void): () => void {
    return this.events.on(event, listener);
  }

  formatStatus(): string {
    return formatStatus(this.status(), this.clock.now());
  }

  stats(): BalancerStats {
    let inFlight = 0;
    for (const state of this.#byName.values()) inFlight += state.inFlight;
    this.#roster.candidates(this.clock.now(), this.settings, () => 0);
    return {
      ...this.counters,
      attempts: this.#attempts,
      inFlight,
      panic: this.#roster.panic,
      retriesRemaining: this.retries.remaining,
      hedgesRemaining: this.hedges.remaining,
    };
  }

  succeeded(lease: HeldLease<E>, responseTimeMs: number | undefined): void {
    const { state } = lease;
    const now = this.clock.now();
    const ms = responseTimeMs ?? now - lease.startedAt;
    const before = state.average.value;
    this.#free(lease);
    state.successes++;
    state.average.observe(ms);
    state.success.observe(true, now, this.settings.decay);
    this.#strategy.succeeded?.(state, ms, now, before);
    if (state.circuit.success(lease.epoch, now, this.settings.breaker)) {
      state.recoveredAt = now;
      // An answer from within a block was had by panic: the outage may be over for the others too, so let trials decide
      // at once; the few that are back would be crushed while the rest wait for their time.
      if (lease.trial === undefined) for (const other of this.#roster.states) other.circuit.expire(now);
      this.#roster.touch();
      this.events.emit('recover', () => ({ endpoint: state.endpoint }));
    }
    state.recentCalls++;
    state.recentSuccesses++;
    if (now >= this.#nextSweep) this.#sweep(now);
  }

  failed(lease: HeldLease<E>, error: unknown): void {
    const { state } = lease;
    const now = this.clock.now();
    this.#free(lease);
    state.failuresTotal++;
    state.lastError = error;
    state.success.observe(false, now, this.settings.decay);
    this.#strategy.failed?.(state, now - lease.startedAt, now);
    const { circuit } = state;
    const durationMs = circuit.failure(lease.epoch, now, this.settings.breaker, this.random);
    if (durationMs !== undefined) {
      this.#roster.touch();
      const until = now + durationMs;
      this.events.emit('block', () => ({
        endpoint: state.endpoint,
        failures: circuit.failures,
        durationMs,
        until,
        error,
      }));
    }
    state.recentCalls++;
    if (now >= this.#nextSweep) this.#sweep(now);
  }

  released(lease: HeldLease<E>): void {
    this.#free(lease);
  }

  outpaced(lease: HeldLease<E>): void {
    const { state } = lease;
    const now = this.clock.now();
    const ms = now - lease.startedAt;
    this.#free(lease);
    if (ms > (state.average.value ?? 0)) state.average.observe(ms);
    this.#strategy.outpaced?.(state, ms, now);
  }

  #free(lease: HeldLease<E>): void {
    const { state, trial } = lease;
    if (state.inFlight-- === state.maxConcurrency) this.#roster.touch();
    if (trial === undefined) return;
    state.circuit.abandon(trial);
    this.#roster.touch();
  }

  #sweep(now: number): void {
    const { outliers } = this.settings;
    this.#nextSweep = now + (outliers?.interval ?? Infinity);
    if (!outliers) return;
    for (const state of findOutliers(this.#roster.states, now, outliers)) {
      const durationMs = outliers.duration * ++state.ejections;
      const until = now + durationMs;
      state.ejectedUntil = until;
      state.recoveredAt = until;
      this.#roster.touch();
      this.events.emit('eject', () => ({ endpoint: state.endpoint, durationMs, until }));
    }
  }

  #insert(endpoint: E): void {
    checkEndpoint(endpoint);
    if (this.#byName.has(endpoint.name))
      throw new RangeError(`endpoints must have unique names: ${endpoint.name} is taken`);
    this.#byName.set(endpoint.name, new EndpointState(endpoint));
  }

  #state(name: string): EndpointState<E> {
    const state = this.#byName.get(name);
    if (!state) throw new UnknownEndpointError(name);
    return state;
  }
}

/**
 * Makes a balancer over `endpoints`.
 * @throws TypeError or RangeError that names the option and its value
 */
export function createBalancer<E extends EndpointOptions>(options: BalancerOptions<E>): LoadBalancer<E> {
  return new Balancer(options);
}
