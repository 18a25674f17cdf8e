import type { EndpointOptions, EndpointState } from '../endpoint.js';

/**
 * Whether so few endpoints are fit that health is to be ignored (Envoy's panic threshold): to send calls to endpoints
 * that are thought bad is better than to fail all of them, or to crush the few that are left.
 */
export function isPanic(fit: number, total: number, threshold: number): boolean {
  return total > 0 && fit < threshold * total;
}

/** Who is tried in panic: all that are on; those that asked to be left alone only if all of them did. */
export function panicCandidates<E extends EndpointOptions>(
  states: readonly EndpointState<E>[],
  now: number,
): readonly EndpointState<E>[] {
  const on = states.filter(({ enabled, inFlight, maxConcurrency }) => enabled && inFlight < maxConcurrency);
  const free = on.filter(({ heldUntil, share }) => heldUntil <= now && share > 0);
  return free.length > 0 ? free : on;
}
