import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { PickerSettings } from '../settings.js';
import type { Strategy } from './strategy.js';

/** Weight in force less what failures took off: nginx's `effective_weight`. */
function effective({ weight, experience }: EndpointState<EndpointOptions>): number {
  return experience.lowered === 0 ? weight : Math.max(0, weight - experience.lowered);
}

/**
 * nginx's smooth weighted round robin (`ngx_http_upstream_round_robin.c`): exact shares over any Σ weights picks, with
 * the picks of each endpoint spread as evenly as can be. A failure takes `weight / maxFailures` off for the next turns.
 */
export function roundRobin<E extends EndpointOptions>({ breaker: { maxFailures } }: PickerSettings<E>): Strategy<E> {
  return {
    choose(candidates) {
      let best = candidates[0]!;
      let bestTurn = -Infinity;
      for (const candidate of candidates) {
        const turn = candidate.experience.turn + effective(candidate);
        // Turns are sums of fractions: a hair's breadth is a tie, and ties go by priority, then order.
        if (turn > bestTurn + 1e-9) {
          best = candidate;
          bestTurn = turn;
        }
      }
      return best;
    },
    chosen(picked, candidates) {
      let total = 0;
      for (const candidate of candidates) {
        const { experience } = candidate;
        const weight = effective(candidate);
        experience.turn += weight;
        total += weight;
        if (experience.lowered > 0) experience.lowered = Math.max(0, experience.lowered - 1);
      }
      picked.experience.turn -= total;
    },
    settled({ weight, experience }, _ms, outcome) {
      if (outcome === 'failure') experience.lowered = Math.min(weight, experience.lowered + weight / maxFailures);
    },
    weigh: (states) => states.map(effective),
  };
}
