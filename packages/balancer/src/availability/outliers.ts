import type { EndpointOptions, EndpointState } from '../endpoint.js';

export interface OutlierSettings {
  readonly interval: number;
  readonly minimumEndpoints: number;
  readonly minimumCalls: number;
  readonly deviations: number;
  readonly duration: number;
  readonly maxEjected: number;
}

/**
 * Endpoints whose success rate lies below the group's mean − `deviations` σ (Envoy, "Success rate" outlier detection),
 * worst first, no more than the cap leaves room for. Begins a new interval of counting.
 */
export function findOutliers<E extends EndpointOptions>(
  states: readonly EndpointState<E>[],
  now: number,
  settings: OutlierSettings,
): readonly EndpointState<E>[] {
  const judged = states
    .filter(({ recentCalls }) => recentCalls >= settings.minimumCalls)
    .map((state) => ({ state, rate: state.recentSuccesses / state.recentCalls }));
  for (const state of states) {
    state.recentCalls = 0;
    state.recentSuccesses = 0;
  }
  if (judged.length < settings.minimumEndpoints) return [];
  const mean = judged.reduce((sum, { rate }) => sum + rate, 0) / judged.length;
  const variance = judged.reduce((sum, { rate }) => sum + (rate - mean) ** 2, 0) / judged.length;
  const least = mean - settings.deviations * Math.sqrt(variance);
  const out = states.filter(({ ejectedUntil }) => ejectedUntil > now).length;
  const room = Math.max(1, Math.floor(states.length * settings.maxEjected)) - out;
  return judged
    .filter(({ state, rate }) => rate < least && state.ejectedUntil <= now)
    .toSorted((a, b) => a.rate - b.rate)
    .slice(0, Math.max(0, room))
    .map(({ state }) => state);
}
