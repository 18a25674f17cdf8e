import type { EndpointOptions } from '../endpoint.js';
import type { Strategy } from './strategy.js';

/** Each call falls on an endpoint with the probability of its weight. */
export function weightedRandom<E extends EndpointOptions>(): Strategy<E> {
  return {
    choose(candidates, { random }) {
      let total = 0;
      for (const candidate of candidates) total += candidate.weight;
      let point = random() * total;
      for (const candidate of candidates) {
        point -= candidate.weight;
        if (point < 0) return candidate;
      }
      return candidates[candidates.length - 1]!;
    },
  };
}
