import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { AdaptiveSettings } from './adaptive-weight.js';
import type { Strategy } from './strategy.js';

/** No endpoint falls below this share of the best one's weight, so that a slow one is still sampled. */
const floor = 0.01;

function speed(state: EndpointState<EndpointOptions>, unknown: number, now: number, decayMs: number): number {
  const rate = state.success.at(now, decayMs);
  return state.weight * (state.adaptive.factor ?? unknown) * rate * rate * rate;
}

/** The mean factor of the known endpoints stands for one of which nothing is known. */
function meanFactor(candidates: readonly EndpointState<EndpointOptions>[]): number {
  let sum = 0;
  let known = 0;
  for (const candidate of candidates) {
    const { factor } = candidate.adaptive;
    if (factor === undefined) continue;
    sum += factor;
    known++;
  }
  return known === 0 ? 1 : sum / known;
}

/**
 * Weighted random by speed: `configured weight × (alpha × dynamic + (1 − alpha) × base)`, where `base` comes from active
 * probes and `dynamic` from requests, times the cube of the success rate.
 */
export function adaptive<E extends EndpointOptions>(settings: AdaptiveSettings, decayMs: number): Strategy<E> {
  let weights = new Float64Array(0);
  return {
    choose(candidates, { now, random }) {
      const count = candidates.length;
      if (weights.length < count) weights = new Float64Array(count);
      const unknown = meanFactor(candidates);
      let best = 0;
      for (let index = 0; index < count; index++) {
        const weight = speed(candidates[index]!, unknown, now, decayMs);
        weights[index] = weight;
        if (weight > best) best = weight;
      }
      const least = best * floor;
      let total = 0;
      for (let index = 0; index < count; index++) total += weights[index] = Math.max(weights[index]!, least);
      let point = random() * total;
      for (let index = 0; index < count; index++) {
        point -= weights[index]!;
        if (point < 0) return candidates[index]!;
      }
      return candidates[count - 1]!;
    },
    succeeded(state, ms, _now, averageBefore) {
      state.adaptive.learn(ms, state.probeTimeMs, averageBefore, settings);
      state.adaptive.update(state.probeTimeMs, state.average.value, settings);
    },
    outpaced: (state) => state.adaptive.update(state.probeTimeMs, state.average.value, settings),
    probed: (state) => state.adaptive.update(state.probeTimeMs, state.average.value, settings),
  };
}
