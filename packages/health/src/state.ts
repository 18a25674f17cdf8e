import type { Outcome } from './outcome.js';

/** `unknown` until the first outcomes have decided; to be treated as up. */
export type Health = 'unknown' | 'up' | 'down';

/** All that outcomes change about a target. */
export interface HealthState {
  readonly health: Health;
  readonly successes: number;
  readonly failures: number;
  readonly drain: boolean;
  readonly weightShare: number;
  readonly lastError: Error | undefined;
}

export const initialState: HealthState = {
  health: 'unknown',
  successes: 0,
  failures: 0,
  drain: false,
  weightShare: 1,
  lastError: undefined,
};

/** How many outcomes in a row change the state. */
export interface Thresholds {
  readonly rise: number;
  readonly fall: number;
}

/**
 * The state after one more outcome. `fall` failures in a row take a target down, `rise` successes in a row bring it
 * back (HAProxy's rise and fall); a target not yet known is up with its first success (Envoy's first probe).
 */
export const afterOutcome = (state: HealthState, outcome: Outcome, { rise, fall }: Thresholds): HealthState => {
  const successes = outcome.healthy ? state.successes + 1 : 0;
  const failures = outcome.healthy ? 0 : state.failures + 1;
  let health = state.health;
  if (successes >= rise || (successes > 0 && health === 'unknown')) health = 'up';
  else if (failures >= fall) health = 'down';
  return {
    health,
    successes,
    failures,
    drain: outcome.drain ?? state.drain,
    weightShare: outcome.weightShare ?? state.weightShare,
    lastError: outcome.error ?? state.lastError,
  };
};

/** Whether the next outcomes may change the state, so that it is worth asking soon. */
export const isWavering = ({ health, successes, failures }: HealthState): boolean =>
  (health === 'up' && failures > 0) || (health === 'down' && successes > 0) || health === 'unknown';
