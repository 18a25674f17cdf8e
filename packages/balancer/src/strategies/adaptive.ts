import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { PickerSettings } from '../settings.js';
import type { Strategy } from './strategy.js';

/** No endpoint falls below this share of the best one's weight, so that a slow one is still sampled. */
const floor = 0.01;
/** How much the newest error weighs in what is remembered of a predictor. */
const errorShare = 0.2;
/** Faster than this is not told apart, ms. */
const shortest = 0.01;

/**
 * Weighted random by speed: `configured weight × (alpha × dynamic + (1 − alpha) × base)`, where `base` comes from active
 * probes and `dynamic` from requests, times the cube of the success rate. `alpha` moves towards the predictor that has
 * been less wrong of late.
 */
export function adaptive<E extends EndpointOptions>(settings: PickerSettings<E>): Strategy<E> {
  const { alphaInitial, alphaStep } = settings.adaptive;
  const baseTop = settings.adaptive.baseMultiplier * 1000;
  const dynamicTop = settings.adaptive.dynamicMultiplier * 1000;

  /** The factor on the weight, NaN while nothing is known. A time that is missing is taken to be the other one. */
  const factor = ({ probeMs, experience }: EndpointState<E>): number => {
    const averageMs = experience.average.ms;
    const alpha = experience.alpha < 0 ? alphaInitial : experience.alpha;
    // Comparisons with NaN are false.
    const requests = averageMs >= 0 ? averageMs : probeMs;
    const probes = probeMs >= 0 ? probeMs : averageMs;
    return (
      (alpha * dynamicTop) / (requests < shortest ? shortest : requests) +
      ((1 - alpha) * baseTop) / (probes < shortest ? shortest : probes)
    );
  };

  /** What stands for the factor of an endpoint of which nothing is known: the mean of the others. */
  const meanFactor = (states: readonly EndpointState<E>[]): number => {
    const known = states.map(factor).filter((value) => !Number.isNaN(value));
    return known.length === 0 ? 1 : known.reduce((sum, value) => sum + value, 0) / known.length;
  };

  let weights = new Float64Array(0);
  /** Fills `weights`, and returns their sum. */
  const weigh = (states: readonly EndpointState<E>[], now: number): number => {
    const count = states.length;
    if (weights.length < count) weights = new Float64Array(count);
    let mean = NaN;
    let least = Infinity;
    let best = 0;
    let total = 0;
    for (let index = 0; index < count; index++) {
      const state = states[index]!;
      let speed = factor(state);
      if (!(speed >= 0)) speed = mean >= 0 ? mean : (mean = meanFactor(states));
      const rate = state.experience.success.at(now, settings.decay);
      const weight = state.weight * speed * rate * rate * rate;
      weights[index] = weight;
      total += weight;
      if (weight > best) best = weight;
      if (weight < least) least = weight;
    }
    if (least >= best * floor) return total;
    total = 0;
    for (let index = 0; index < count; index++) total += weights[index] = Math.max(weights[index]!, best * floor);
    return total;
  };

  return {
    choose(candidates, { now, random }) {
      const last = candidates.length - 1;
      let point = weigh(candidates, now) * random();
      let index = 0;
      while (index < last && (point -= weights[index]!) >= 0) index++;
      return candidates[index]!;
    },
    settled({ probeMs, experience }, ms, outcome, _now, expected) {
      if (outcome !== 'success') return;
      if (experience.alpha < 0) experience.alpha = alphaInitial;
      if (Number.isNaN(probeMs) || Number.isNaN(expected)) return;
      experience.probeError += (Math.abs(ms - probeMs) - experience.probeError) * errorShare;
      experience.averageError += (Math.abs(ms - expected) - experience.averageError) * errorShare;
      const both = experience.probeError + experience.averageError;
      const lead = both === 0 ? 0 : (experience.probeError - experience.averageError) / both;
      experience.alpha = Math.min(1, Math.max(0, experience.alpha + alphaStep * lead));
    },
    weigh(states, now) {
      weigh(states, now);
      return weights.slice(0, states.length);
    },
  };
}
