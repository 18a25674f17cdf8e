import type { EndpointOptions, EndpointState } from '../endpoint.js';

/**
 * Whom to try when so few endpoints are fit that health is ignored (Envoy's panic threshold): to send calls to endpoints
 * that are thought bad is better than to fail all of them, or to crush the few that are left. Those that asked to be left
 * alone are, unless all of them did.
 */
export function panicCandidates<E extends EndpointOptions>(
  states: readonly EndpointState<E>[],
  now: number,
): readonly EndpointState<E>[] {
  const on = states.filter(({ inFlight, settings }) => inFlight < settings.maxConcurrency);
  const free = on.filter(({ experience, share }) => experience.heldUntil <= now && share > 0);
  return free.length > 0 ? free : on;
}
