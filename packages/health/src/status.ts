import type { Health, HealthState } from './state.js';

/** What is known about a target. */
export interface TargetStatus {
  readonly name: string;
  readonly health: Health;
  /** False when down; a target not known yet counts as healthy. */
  readonly healthy: boolean;
  /** The target asked for no new work. */
  readonly drain: boolean;
  /** The share of its weight that the target says it can carry, 0…1. */
  readonly weightShare: number;
  /** Outcomes of the one kind in a row. */
  readonly successes: number;
  readonly failures: number;
  /** How long the last successful probe took. */
  readonly responseTimeMs: number | undefined;
  /** When the last probe ended, on the prober's clock. */
  readonly probedAt: number | undefined;
  readonly lastError: Error | undefined;
}

interface Described {
  readonly target: { readonly name: string };
  readonly state: HealthState;
  readonly responseTimeMs: number | undefined;
  readonly probedAt: number | undefined;
}

export const describeTarget = ({ target, state, responseTimeMs, probedAt }: Described): TargetStatus => ({
  name: target.name,
  healthy: state.health !== 'down',
  ...state,
  responseTimeMs,
  probedAt,
});

/** Whether listeners should hear of it: a first success is news too, a counter is not. */
export const differs = (a: TargetStatus, b: TargetStatus): boolean =>
  a.health !== b.health || a.drain !== b.drain || a.weightShare !== b.weightShare;
