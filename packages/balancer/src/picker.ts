import { findOutliers } from './availability/outliers.js';
import { Roster } from './availability/roster.js';
import { resolveClock, type CompleteClock } from './clock.js';
import { Dice } from './dice.js';
import { EndpointState, Experience, type EndpointOptions, type EndpointPatch } from './endpoint.js';
import { BalancerError } from './errors.js';
import { Events, type BalancerEvents } from './events.js';
import { HeldLease, type Ledger, type Outcome } from './lease.js';
import type { AcquireOptions, Picker } from './load-balancer.js';
import type { PickerConfig, PickerOptions } from './options.js';
import { checkNumber, pickerDefaults, resolveEndpoint, resolveSettings, type PickerSettings } from './settings.js';
import { byMerit, statusOf, type EndpointStatus } from './status.js';
import { createStrategy } from './strategies/create-strategy.js';
import { roundRobin } from './strategies/smooth-round-robin.js';
import type { Strategies, Strategy } from './strategies/strategy.js';

/** Who may be tried, who is picked, and what the ends of calls mean for it. */
export class EndpointPicker<E extends EndpointOptions, S extends PickerSettings<E>> implements Picker<E>, Ledger<E> {
  settings: S;
  readonly clock: CompleteClock;
  readonly random: () => number;
  readonly events: Events<BalancerEvents<E>> = new Events();
  /** Leases taken so far. */
  protected attempts = 0;
  protected readonly roster: Roster<E> = new Roster<E>();
  readonly #byName = new Map<string, EndpointState<E>>();
  readonly #strategies: Strategies;
  readonly #dice: Dice;
  #strategy: Strategy<E>;
  #nextSweep: number;

  constructor({ endpoints, clock, random = Math.random, strategies, ...config }: PickerOptions<E>, defaults: S) {
    this.settings = resolveSettings(config, defaults);
    this.clock = resolveClock(clock);
    this.#dice = new Dice(random);
    this.random = this.#dice.roll;
    this.#strategies = { 'round-robin': roundRobin, ...strategies };
    this.#strategy = createStrategy(this.settings, this.#strategies);
    this.#nextSweep = this.clock.now() + this.settings.outliers.interval;
    for (const endpoint of endpoints) this.add(endpoint);
  }

  acquire(options?: AcquireOptions): HeldLease<E> | undefined {
    const now = this.clock.now();
    const { random, settings } = this;
    const candidates = this.roster.candidates(now, settings, random, options);
    if (candidates.length === 0) return undefined;
    const state = this.#strategy.choose(candidates, { now, random });
    this.#strategy.chosen?.(state, candidates);
    this.attempts++;
    state.picks++;
    if (++state.inFlight === state.settings.maxConcurrency) this.roster.touch();
    const { circuit } = state.experience;
    const trial = circuit.phase.kind === 'closed' ? undefined : circuit.begin(now, settings.breaker);
    if (trial) {
      this.roster.touch();
      this.events.emit('trial', () => ({ endpoint: state.endpoint }));
    }
    return new HeldLease(state, now, trial, this);
  }

  peek(): E | undefined {
    const now = this.clock.now();
    const random = this.#dice.preview();
    const candidates = this.roster.candidates(now, this.settings, random);
    return candidates.length === 0 ? undefined : this.#strategy.choose(candidates, { now, random }).endpoint;
  }

  recommend(): E | undefined {
    return this.status()
      .filter(({ available }) => available)
      .toSorted(byMerit)[0]?.endpoint;
  }

  status(): readonly EndpointStatus<E>[] {
    const now = this.clock.now();
    const { roster, settings } = this;
    const states = [...this.#byName.values()];
    roster.refresh(now, settings);
    const weights = this.#strategy.weigh?.(states, now);
    return states.map((state, index) => statusOf(state, roster, now, settings, weights?.[index] ?? state.weight));
  }

  healthy(): readonly E[] {
    const now = this.clock.now();
    const states = [...this.#byName.values()].filter((state) => this.roster.isFit(state, now, this.settings));
    return states.map(({ endpoint }) => endpoint);
  }

  blocked(): readonly E[] {
    return this.status()
      .filter(({ blockedUntil, ejectedUntil }) => blockedUntil ?? ejectedUntil)
      .map(({ endpoint }) => endpoint);
  }

  updateConfig(patch: PickerConfig<E>): void {
    const settings = resolveSettings(patch, this.settings);
    this.#strategy = createStrategy(settings, this.#strategies);
    this.settings = settings;
    this.#nextSweep = this.clock.now() + settings.outliers.interval;
    this.#learned(this.#byName.values());
  }

  updateEndpoint(name: string, patch: EndpointPatch): void {
    const state = this.#state(name);
    state.settings = resolveEndpoint(patch, state.settings);
    this.roster.replace(this.#byName.values());
  }

  add(endpoint: E): void {
    const { name } = endpoint;
    if (typeof name !== 'string' || this.#byName.has(name))
      throw new TypeError(`name must be a string that is free, not ${name}`);
    this.#byName.set(name, new EndpointState(endpoint));
    this.roster.replace(this.#byName.values());
  }

  remove(name: string): boolean {
    const wasThere = this.#byName.delete(name);
    this.roster.replace(this.#byName.values());
    return wasThere;
  }

  reset(name?: string): void {
    const states = name === undefined ? [...this.#byName.values()] : [this.#state(name)];
    for (const state of states) state.experience = new Experience();
    this.#learned(states);
  }

  setHealthy(name: string, healthy: boolean): void {
    const state = this.#state(name);
    const now = this.clock.now();
    const { experience } = state;
    if (state.healthy === healthy) {
      // It may have been back before a probe found it gone. One that calls find failing and probes do not gets a trial
      // now and then, not with every probe.
      if (healthy && experience.circuit.expireEarly(now)) this.roster.touch();
      return;
    }
    state.healthy = healthy;
    if (healthy) {
      experience.recoveredAt = now;
      // The probe has seen it answer: let a trial call decide now, not when the block would have ended.
      experience.circuit.expire(now);
    }
    this.roster.touch();
    this.events.emit('health', () => ({ endpoint: state.endpoint, healthy }));
  }

  recordProbe(name: string, responseTimeMs: number): void {
    checkNumber('responseTimeMs', responseTimeMs);
    const state = this.#state(name);
    state.probeMs = responseTimeMs;
    this.#strategy.learned?.(state);
  }

  hold(name: string, durationMs: number): void {
    checkNumber('durationMs', durationMs);
    const { experience } = this.#state(name);
    experience.heldUntil = Math.max(experience.heldUntil, this.clock.now() + durationMs);
    this.roster.touch();
  }

  setWeightShare(name: string, share: number): void {
    checkNumber('share', share);
    this.#state(name).share = share;
    this.roster.touch();
  }

  retryAfter(): number {
    return this.roster.candidates(this.clock.now(), this.settings, () => 0).length > 0 ? 0 : this.wait();
  }

  wait(): number {
    return this.roster.wait(this.clock.now());
  }

  on<K extends keyof BalancerEvents<E>>(event: K, listener: (payload: BalancerEvents<E>[K]) => void): () => void {
    return this.events.on(event, listener);
  }

  settle(lease: HeldLease<E>, outcome: Outcome, responseTimeMs?: number, error?: unknown): void {
    const { state, trial, phase } = lease;
    const { experience } = state;
    const { circuit, average } = experience;
    if (state.inFlight-- === state.settings.maxConcurrency) this.roster.touch();
    if (trial) {
      circuit.end(trial);
      this.roster.touch();
    }
    if (outcome === 'released') return;
    const now = this.clock.now();
    const ms = responseTimeMs ?? now - lease.startedAt;
    const expected = average.ms;
    if (outcome === 'success' || (outcome === 'outpaced' && !(ms <= expected))) average.observe(ms);
    this.#strategy.settled?.(state, ms, outcome, now, expected);
    if (outcome === 'outpaced') return;
    const { settings, events } = this;
    const succeeded = outcome === 'success';
    experience.success.observe(succeeded, now, settings.decay);
    experience.recentCalls++;
    if (succeeded) {
      state.successes++;
      experience.recentSuccesses++;
      if (circuit.success(phase, now, settings.breaker)) this.#recovered(state, now, trial === undefined);
    } else {
      state.failures++;
      experience.lastError = error;
      const durationMs = circuit.failure(phase, now, settings.breaker, this.random);
      if (durationMs !== undefined) {
        const { failures, until } = circuit;
        this.roster.touch();
        events.emit('block', () => ({ endpoint: state.endpoint, failures, durationMs, until, error }));
      }
    }
    if (now >= this.#nextSweep) this.#sweep(now);
  }

  #recovered(state: EndpointState<E>, now: number, byPanic: boolean): void {
    state.experience.recoveredAt = now;
    // An answer from within a block was had by panic: the outage may be over for the others too, so let trials decide at
    // once; the few that are back would be crushed while the rest wait for their time.
    if (byPanic) for (const { experience } of this.roster.states) experience.circuit.expire(now);
    this.roster.touch();
    this.events.emit('recover', () => ({ endpoint: state.endpoint }));
  }

  #sweep(now: number): void {
    const { outliers } = this.settings;
    this.#nextSweep = now + outliers.interval;
    for (const { endpoint, experience } of findOutliers(this.roster.states, now, outliers)) {
      const durationMs = outliers.duration * ++experience.ejections;
      const until = now + durationMs;
      experience.ejectedUntil = until;
      experience.recoveredAt = until;
      this.roster.touch();
      this.events.emit('eject', () => ({ endpoint, durationMs, until }));
    }
  }

  #learned(states: Iterable<EndpointState<E>>): void {
    for (const state of states) this.#strategy.learned?.(state);
    this.roster.touch();
  }

  #state(name: string): EndpointState<E> {
    const state = this.#byName.get(name);
    if (!state) throw new BalancerError('FOREBAY_UNKNOWN_ENDPOINT', `There is no endpoint named ${name}`);
    return state;
  }
}

/**
 * Makes the core of a balancer, for callers who make their calls by themselves: without `call`, and with `round-robin`,
 * one's own function, and those strategies that are given.
 * @throws TypeError or RangeError that names the option and its value
 */
export function createPicker<E extends EndpointOptions>(options: PickerOptions<E>): Picker<E> {
  return new EndpointPicker(options, pickerDefaults);
}
