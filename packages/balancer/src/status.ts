import type { CircuitState } from './circuit/circuit.js';
import type { EndpointOptions } from './endpoint.js';

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
  /** In force: × outside share × slow start. */
  readonly effectiveWeight: number;
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
