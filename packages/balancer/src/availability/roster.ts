import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { PickerSettings } from '../settings.js';
import type { AcquireOptions } from '../load-balancer.js';
import { panicCandidates } from './panic.js';
import { slowStartShare } from './slow-start.js';
import { tierLoads, totalCapacity } from './tiers.js';

/** ms to wait when nothing but a probe or an operator can bring an endpoint back. */
const unknownWait = 1000;

type States<E extends EndpointOptions> = readonly EndpointState<E>[];

/**
 * Who may be tried. Looked through again only when something changed (`touch`) or the clock has passed the next moment
 * at which something may change by itself, so that a pick does not pay for it.
 */
export class Roster<E extends EndpointOptions> {
  /** In order of priority, then of insertion. */
  states: States<E> = [];
  panic = false;
  /** Who may be tried, by priority, and the share of the load that each priority gets. */
  #tiers: readonly States<E>[] = [];
  #loads: readonly number[] = [];
  #nextLook = -Infinity;
  #isWarming = false;

  touch(): void {
    this.#nextLook = -Infinity;
  }

  replace(states: Iterable<EndpointState<E>>): void {
    this.states = [...states].toSorted((a, b) => a.settings.priority - b.settings.priority);
    this.touch();
  }

  /** Brings candidates and weights up to `now`. */
  refresh(now: number, settings: PickerSettings<E>): void {
    if (now >= this.#nextLook) this.#look(now, settings);
    if (this.#isWarming) this.#weigh(now, settings);
  }

  /** The endpoints among which the strategy is to choose; empty if none may be tried. */
  candidates(now: number, settings: PickerSettings<E>, random: () => number, options?: AcquireOptions): States<E> {
    this.refresh(now, settings);
    const exclude = options?.exclude;
    const fit = this.#fit(random, exclude);
    if (fit.length > 0 || options?.lastResort !== true || !exclude?.size) return fit;
    // Those that may be tried were, and failed: those that may not are better than nobody, as in panic.
    const on = this.states.filter((state) => state.settings.enabled && !exclude.has(state.name));
    return panicCandidates(on, now);
  }

  #fit(random: () => number, exclude: ReadonlySet<string> | undefined): States<E> {
    if (this.#tiers.length === 1) return without(this.#tiers[0], exclude);
    let point = random();
    const tier = this.#loads.findIndex((load) => (point -= load) < 0);
    const drawn = without(this.#tiers[tier], exclude);
    if (drawn.length > 0) return drawn;
    // Who may be tried at all is better than nobody, whatever the loads are.
    return this.#tiers.map((other) => without(other, exclude)).find(({ length }) => length > 0) ?? [];
  }

  /** ms until one that is blocked, held or ejected may be tried again. */
  wait(now: number): number {
    let wait = Infinity;
    for (const { settings, healthy, share, experience } of this.states) {
      const free = Math.max(experience.circuit.until, experience.heldUntil, experience.ejectedUntil) - now;
      if (settings.enabled && healthy && share > 0 && free > 0) wait = Math.min(wait, free);
    }
    return wait === Infinity ? unknownWait : wait;
  }

  /** Whether circuit, probes and outlier ejection let the endpoint be tried. */
  isFit(
    { settings: { enabled }, healthy, experience }: EndpointState<E>,
    now: number,
    { breaker }: PickerSettings<E>,
  ): boolean {
    return enabled && healthy && experience.ejectedUntil <= now && experience.circuit.admits(now, breaker);
  }

  isUsable(state: EndpointState<E>, now: number, settings: PickerSettings<E>): boolean {
    const isFree =
      state.experience.heldUntil <= now && state.share > 0 && state.inFlight < state.settings.maxConcurrency;
    return isFree && this.isFit(state, now, settings);
  }

  /** Weight in force. */
  weightOf(
    { settings: { weight }, share, experience }: EndpointState<E>,
    now: number,
    { slowStart }: PickerSettings<E>,
  ): number {
    return weight * share * slowStartShare(now - experience.recoveredAt, slowStart);
  }

  #look(now: number, settings: PickerSettings<E>): void {
    const on = this.states.filter((state) => state.settings.enabled);
    const priorities = settings.priorityMode === 'tiers' ? new Set(on.map((state) => state.settings.priority)) : [0];
    const groups = Array.from(priorities, (priority) =>
      on.filter((state) => !priority || state.settings.priority === priority),
    );
    const fit = groups.map((states) => shareOf(states, (state) => this.isFit(state, now, settings)));
    // A tier whose load the others carry in full needs no panic.
    const mayPanic = groups.length === 1 || totalCapacity(fit) < 1;
    this.panic = false;
    this.#tiers = groups.map((states, index) => {
      if (!mayPanic || fit[index]! >= settings.panicThreshold)
        return states.filter((state) => this.isUsable(state, now, settings));
      this.panic ||= states.length > 0;
      return panicCandidates(states, now);
    });
    const loads = tierLoads(groups.map((states) => shareOf(states, (state) => this.isUsable(state, now, settings))));
    // With nobody usable anywhere, panic gives each priority its share of the endpoints, as Envoy does.
    this.#loads = loads.some((load) => load > 0)
      ? loads
      : this.#tiers.map((states) => states.length / (on.length || 1));
    this.#nextLook = Math.min(
      ...this.states
        .flatMap(({ experience }) => [experience.heldUntil, experience.ejectedUntil, ...experience.circuit.changes()])
        .filter((time) => time > now),
      Infinity,
    );
    this.#weigh(now, settings);
  }

  #weigh(now: number, settings: PickerSettings<E>): void {
    this.#isWarming = false;
    for (const state of this.states) {
      // A share of 0 is only ever picked in panic, and then no weight may be 0.
      state.weight = this.weightOf(state, now, settings) || state.settings.weight;
      this.#isWarming ||= now - state.experience.recoveredAt < settings.slowStart.window;
    }
  }
}

function without<E extends EndpointOptions>(
  candidates: States<E> = [],
  exclude: ReadonlySet<string> | undefined,
): States<E> {
  return exclude?.size ? candidates.filter(({ name }) => !exclude.has(name)) : candidates;
}

/** The share of `states` for which `test` holds; 0 of none. */
function shareOf<E extends EndpointOptions>(states: States<E>, test: (state: EndpointState<E>) => boolean): number {
  return states.filter(test).length / (states.length || 1);
}
