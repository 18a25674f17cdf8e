import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { Strategy } from './strategy.js';

/** Weight in force less what failures took off: nginx's `effective_weight`. */
function effective(state: EndpointState<EndpointOptions>): number {
  const weight = state.weight - state.lowered;
  return weight > 0 ? weight : 0;
}

/** Takes a failure off the weight with which an endpoint takes its turns; each later turn gives 1 back. */
export function lowerTurns(state: EndpointState<EndpointOptions>, maxFailures: number): void {
  state.lowered = Math.min(state.weight, state.lowered + state.weight / maxFailures);
}

/** Whose turn it is. */
export function nextInTurn<E extends EndpointOptions>(candidates: readonly EndpointState<E>[]): EndpointState<E> {
  let best = candidates[0]!;
  let bestTurn = best.turn + effective(best);
  for (let index = 1; index < candidates.length; index++) {
    const candidate = candidates[index]!;
    const turn = candidate.turn + effective(candidate);
    // Turns are sums of fractions: a hair's breadth is a tie, and ties go by priority, then order.
    if (turn > bestTurn + 1e-9) {
      best = candidate;
      bestTurn = turn;
    }
  }
  return best;
}

/** Moves the turns on after `picked` was taken from `candidates`. */
export function passTurn<E extends EndpointOptions>(
  picked: EndpointState<E>,
  candidates: readonly EndpointState<E>[],
): void {
  let total = 0;
  for (const candidate of candidates) {
    const weight = effective(candidate);
    candidate.turn += weight;
    total += weight;
    if (candidate.lowered > 0) candidate.lowered = Math.max(0, candidate.lowered - 1);
  }
  picked.turn -= total;
}

/**
 * nginx's smooth weighted round robin (`ngx_http_upstream_round_robin.c`): exact shares over any Σ weights picks, with
 * the picks of each endpoint spread as evenly as can be.
 */
export function smoothRoundRobin<E extends EndpointOptions>(maxFailures: number): Strategy<E> {
  return {
    choose: nextInTurn,
    chosen: passTurn,
    failed: (state) => lowerTurns(state, maxFailures),
  };
}
