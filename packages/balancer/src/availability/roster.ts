import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { Settings } from '../settings.js';
import { isPanic, panicCandidates } from './panic.js';
import { slowStartShare } from './slow-start.js';
import { tierLoads, totalCapacity } from './tiers.js';

/** Endpoints of one priority that may be tried, and the share of the load they get. */
interface Tier<E extends EndpointOptions> {
  readonly candidates: readonly EndpointState<E>[];
  readonly load: number;
}

/**
 * Who may be tried. Looked through again only when something changed (`touch`) or the clock has passed the next moment
 * at which something may change by itself, so that a pick does not pay for it.
 */
export class Roster<E extends EndpointOptions> {
  /** In order of priority, then of insertion. */
  states: readonly EndpointState<E>[] = [];
  panic = false;
  #tiers: readonly Tier<E>[] = [];
  /** The one tier with candidates, if all load is on it: the usual case. */
  #only: readonly EndpointState<E>[] | undefined;
  #warming: readonly EndpointState<E>[] = [];
  #stale = true;
  #nextChange = 0;

  touch(): void {
    this.#stale = true;
  }

  replace(states: readonly EndpointState<E>[]): void {
    this.states = states.toSorted((a, b) => a.priority - b.priority);
    this.#stale = true;
  }

  /** The endpoints among which the strategy is to choose; empty if none may be tried. */
  candidates(
    now: number,
    settings: Settings<E>,
    random: () => number,
    exclude?: ReadonlySet<string>,
  ): readonly EndpointState<E>[] {
    if (this.#stale || now >= this.#nextChange) this.#look(now, settings);
    if (this.#warming.length > 0) this.#warm(now, settings);
    if (this.#only !== undefined) return without(this.#only, exclude);
    let point = random();
    for (const { candidates, load } of this.#tiers) {
      point -= load;
      if (point >= 0) continue;
      const left = without(candidates, exclude);
      if (left.length > 0) return left;
      break;
    }
    for (const { candidates } of this.#tiers) {
      const left = without(candidates, exclude);
      if (left.length > 0) return left;
    }
    return [];
  }

  /** Whether circuit, probes and outlier ejection let the endpoint be tried. */
  isFit(state: EndpointState<E>, now: number, settings: Settings<E>): boolean {
    return state.enabled && state.healthy && state.ejectedUntil <= now && state.circuit.admits(now, settings.breaker);
  }

  isUsable(state: EndpointState<E>, now: number, settings: Settings<E>): boolean {
    return (
      this.isFit(state, now, settings) &&
      state.heldUntil <= now &&
      state.share > 0 &&
      state.inFlight < state.maxConcurrency
    );
  }

  #look(now: number, settings: Settings<E>): void {
    const groups = settings.priorityMode === 'tiers' ? byPriority(this.states) : [this.states];
    const looks = groups.map((states) => {
      const on = states.filter(({ enabled }) => enabled);
      return {
        on,
        fit: on.filter((state) => this.isFit(state, now, settings)).length,
        usable: on.filter((state) => this.isUsable(state, now, settings)),
      };
    });
    // A tier whose load the others carry in full needs no panic.
    const mayPanic = looks.length === 1 || totalCapacity(looks.map(({ on, fit }) => fit / (on.length || 1))) < 1;
    this.panic = false;
    const candidates = looks.map(({ on, fit, usable }) => {
      if (!mayPanic || !isPanic(fit, on.length, settings.panicThreshold)) return usable;
      this.panic = true;
      return panicCandidates(on, now);
    });
    const loads = tierLoads(looks.map(({ on }, index) => candidates[index]!.length / (on.length || 1)));
    this.#tiers = candidates.map((tier, index) => ({ candidates: tier, load: loads[index]! }));
    this.#only = this.#tiers.length === 1 ? this.#tiers[0]!.candidates : undefined;
    this.#nextChange = this.states.reduce((next, state) => Math.min(next, nextChange(state, now)), Infinity);
    this.#warming = this.states.filter((state) => now - state.recoveredAt < settings.slowStart.window);
    for (const state of this.states) state.weight = state.configuredWeight * (state.share || 1);
    this.#stale = false;
  }

  #warm(now: number, settings: Settings<E>): void {
    let done = true;
    for (const state of this.#warming) {
      const elapsed = Math.max(0, now - state.recoveredAt);
      if (elapsed < settings.slowStart.window) done = false;
      state.weight = state.configuredWeight * (state.share || 1) * slowStartShare(elapsed, settings.slowStart);
    }
    if (done) this.#warming = [];
  }
}

function without<E extends EndpointOptions>(
  candidates: readonly EndpointState<E>[],
  exclude: ReadonlySet<string> | undefined,
): readonly EndpointState<E>[] {
  return exclude === undefined || exclude.size === 0 ? candidates : candidates.filter(({ name }) => !exclude.has(name));
}

function byPriority<E extends EndpointOptions>(sorted: readonly EndpointState<E>[]): readonly EndpointState<E>[][] {
  const groups: EndpointState<E>[][] = [];
  for (const state of sorted) {
    const group = groups.at(-1);
    if (group?.[0]?.priority === state.priority) group.push(state);
    else groups.push([state]);
  }
  return groups;
}

/** When the endpoint's availability may next change by the clock alone. */
function nextChange(state: EndpointState<EndpointOptions>, now: number): number {
  let next = state.circuit.nextChange(now);
  if (state.heldUntil > now) next = Math.min(next, state.heldUntil);
  if (state.ejectedUntil > now) next = Math.min(next, state.ejectedUntil);
  return next;
}
