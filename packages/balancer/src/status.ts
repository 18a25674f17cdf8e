import type { CircuitState } from './circuit/circuit.js';
import type { Roster } from './availability/roster.js';
import type { EndpointOptions, EndpointState } from './endpoint.js';
import { messageOf } from './errors.js';
import type { PickerSettings } from './settings.js';

/** What is known of one endpoint at a moment; times are those of the balancer's clock (by default epoch ms). */
export interface EndpointStatus<E> {
  readonly name: string;
  readonly endpoint: E;
  /** Whether a call may be sent to it now, panic aside. */
  readonly available: boolean;
  /** What active probes say. */
  readonly healthy: boolean;
  readonly enabled: boolean;
  readonly circuit: CircuitState;
  readonly priority: number;
  /** Configured. */
  readonly weight: number;
  readonly maxConcurrency: number;
  /** × outside share × slow start. */
  readonly effectiveWeight: number;
  /**
   * As the strategy sees it beside all the others: for `adaptive` the computed one, for `round-robin` and
   * `least-connections` the effective one less what failures took off, else the effective one.
   */
  readonly weightInForce: number;
  readonly responseTimeMs: number | undefined;
  readonly probeTimeMs: number | undefined;
  readonly inFlight: number;
  /** Failures not yet taken off by successes. */
  readonly failures: number;
  /** Moving, 0…1. */
  readonly successRate: number;
  readonly lastError: string | undefined;
  readonly blockedUntil: number | undefined;
  readonly heldUntil: number | undefined;
  readonly ejectedUntil: number | undefined;
  readonly picks: number;
  readonly successes: number;
  readonly failuresTotal: number;
}

export function statusOf<E extends EndpointOptions>(
  state: EndpointState<E>,
  roster: Roster<E>,
  now: number,
  settings: PickerSettings<E>,
  weightInForce: number,
): EndpointStatus<E> {
  const { experience } = state;
  const { circuit, lastError } = experience;
  const later = (time: number): number | undefined => (time > now ? time : undefined);
  return {
    ...state.settings,
    name: state.name,
    endpoint: state.endpoint,
    available: roster.isUsable(state, now, settings),
    healthy: state.healthy,
    circuit: circuit.state(now),
    weightInForce,
    effectiveWeight: roster.weightOf(state, now, settings),
    responseTimeMs: state.responseTimeMs,
    probeTimeMs: state.probeTimeMs,
    inFlight: state.inFlight,
    failures: circuit.failures,
    successRate: experience.success.at(now, settings.decay),
    lastError: lastError === undefined ? undefined : messageOf(lastError),
    blockedUntil: later(circuit.until),
    heldUntil: later(experience.heldUntil),
    ejectedUntil: later(experience.ejectedUntil),
    picks: state.picks,
    successes: state.successes,
    failuresTotal: state.failures,
  };
}

/** Orders by priority, then success rate, weight and response time. */
export function byMerit(a: EndpointStatus<unknown>, b: EndpointStatus<unknown>): number {
  return (
    a.priority - b.priority ||
    b.successRate - a.successRate ||
    b.effectiveWeight - a.effectiveWeight ||
    (a.responseTimeMs ?? 0) - (b.responseTimeMs ?? 0)
  );
}

/** One line for each status, for people. */
export function formatStatus(statuses: readonly EndpointStatus<EndpointOptions>[], now: number): string {
  return statuses
    .map((status) => {
      const {
        name,
        circuit,
        weight,
        effectiveWeight,
        priority,
        responseTimeMs,
        successRate,
        inFlight,
        picks,
        lastError,
      } = status;
      const until = status.blockedUntil ?? status.ejectedUntil ?? status.heldUntil;
      const state = [
        status.available ? 'available' : 'unavailable',
        status.enabled ? '' : 'drained',
        status.healthy ? '' : 'unhealthy',
        circuit,
        until ? `for ${Math.ceil((until - now) / 1000)} s` : '',
      ];
      const time = responseTimeMs === undefined ? '-' : responseTimeMs.toFixed();
      const numbers = `weight ${effectiveWeight.toFixed(2)}/${weight}, priority ${priority}, ${time} ms, ${(successRate * 100).toFixed()} % ok`;
      return `${name}: ${state.filter(Boolean).join(' ')}; ${numbers}, ${inFlight} in flight, ${picks} calls${lastError ? `; ${lastError}` : ''}`;
    })
    .join('\n');
}
