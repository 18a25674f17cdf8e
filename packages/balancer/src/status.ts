import type { CircuitState } from './circuit/circuit.js';
import type { EndpointOptions, EndpointState } from './endpoint.js';

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

export function statusOf<E extends EndpointOptions>(
  state: EndpointState<E>,
  now: number,
  available: boolean,
  effectiveWeight: number,
  decayMs: number,
): EndpointStatus<E> {
  const { until } = state.circuit;
  return {
    name: state.name,
    endpoint: state.endpoint,
    available,
    healthy: state.healthy,
    enabled: state.enabled,
    circuit: state.circuit.state(now),
    priority: state.priority,
    weight: state.configuredWeight,
    effectiveWeight,
    responseTimeMs: state.responseTimeMs,
    probeTimeMs: state.probeTimeMs,
    inFlight: state.inFlight,
    failures: state.circuit.failures,
    successRate: state.success.at(now, decayMs),
    lastError: describe(state.lastError),
    blockedUntil: until !== undefined && until > now ? until : undefined,
    heldUntil: state.heldUntil > now ? state.heldUntil : undefined,
    ejectedUntil: state.ejectedUntil > now ? state.ejectedUntil : undefined,
    picks: state.picks,
    successes: state.successes,
    failuresTotal: state.failuresTotal,
  };
}

function describe(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  if (error instanceof Error) return error.message;
  return typeof error === 'string' ? error : 'unknown';
}

/** The statuses as a table for people. */
export function formatStatus(statuses: readonly EndpointStatus<EndpointOptions>[], now: number): string {
  const rows = statuses.map((status) => [
    status.name,
    wordFor(status, now),
    `weight ${round(status.effectiveWeight)}${status.effectiveWeight === status.weight ? '' : ` of ${round(status.weight)}`}`,
    `priority ${status.priority}`,
    status.responseTimeMs === undefined ? 'no answer yet' : `${round(status.responseTimeMs)} ms`,
    `${Math.round(status.successRate * 100)} % ok`,
    `${status.inFlight} in flight`,
    `${status.picks} calls`,
    status.lastError === undefined ? '' : `last error: ${status.lastError}`,
  ]);
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function wordFor(status: EndpointStatus<EndpointOptions>, now: number): string {
  const left = (until: number): string => `${Math.ceil((until - now) / 1000)} s`;
  if (!status.enabled) return 'drained';
  if (!status.healthy) return 'unhealthy';
  if (status.blockedUntil !== undefined) return `blocked ${left(status.blockedUntil)}`;
  if (status.circuit === 'half-open') return 'on trial';
  if (status.ejectedUntil !== undefined) return `ejected ${left(status.ejectedUntil)}`;
  if (status.heldUntil !== undefined) return `held ${left(status.heldUntil)}`;
  return status.available ? 'available' : 'full';
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
