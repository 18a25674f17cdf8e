import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { AdaptiveOptions } from '../options.js';
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
export function adaptive<E extends EndpointOptions>(options: Required<AdaptiveOptions>, decayMs: number): Strategy<E> {
  const { baseMultiplier, dynamicMultiplier, alphaInitial, alphaStep } = options;

  /** The factor on the weight, NaN while nothing is known. A time that is missing is taken to be the other one. */
  const factor = ({ probeMs, experience }: EndpointState<E>): number => {
    const averageMs = experience.average.ms;
    const alpha = experience.alpha < 0 ? alphaInitial : experience.alpha;
    const dynamic = (dynamicMultiplier * 1000) / Math.max(Number.isNaN(averageMs) ? probeMs : averageMs, shortest);
    const base = (baseMultiplier * 1000) / Math.max(Number.isNaN(probeMs) ? averageMs : probeMs, shortest);
    return alpha * dynamic + (1 - alpha) * base;
  };

  let speeds = new Float64Array(0);
  return {
    choose(candidates, { now, random }) {
      const count = candidates.length;
      if (speeds.length < count) speeds = new Float64Array(count);
      let sum = 0;
      let known = 0;
      for (let index = 0; index < count; index++) {
        const value = factor(candidates[index]!);
        speeds[index] = value;
        if (Number.isNaN(value)) continue;
        sum += value;
        known++;
      }
      // The mean of the others stands for one of which nothing is known.
      const mean = known === 0 ? 1 : sum / known;
      let best = 0;
      for (let index = 0; index < count; index++) {
        const { weight, experience } = candidates[index]!;
        const rate = experience.success.at(now, decayMs);
        const speed = weight * (speeds[index]! || mean) * rate * rate * rate;
        speeds[index] = speed;
        if (speed > best) best = speed;
      }
      const least = best * floor;
      let total = 0;
      for (let index = 0; index < count; index++) total += speeds[index] = Math.max(speeds[index]!, least);
      let point = random() * total;
      let index = 0;
      while (index < count - 1 && (point -= speeds[index]!) >= 0) index++;
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
  };
}
