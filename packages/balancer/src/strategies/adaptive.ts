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
  const { decay } = settings;
  const { alphaInitial, alphaStep } = settings.adaptive;
  const baseTop = settings.adaptive.baseMultiplier * 1000;
  const dynamicTop = settings.adaptive.dynamicMultiplier * 1000;

  /** Works out the factor on the weight anew. A time that is missing is taken to be the other one. */
  const learned = ({ probeMs, experience }: EndpointState<E>): void => {
    const averageMs = experience.average.ms;
    const alpha = experience.alpha < 0 ? alphaInitial : experience.alpha;
    const dynamic = dynamicTop / Math.max(Number.isNaN(averageMs) ? probeMs : averageMs, shortest);
    const base = baseTop / Math.max(Number.isNaN(probeMs) ? averageMs : probeMs, shortest);
    experience.speed = alpha * dynamic + (1 - alpha) * base;
  };

  /** Moves alpha towards the predictor that has been less wrong about an answer that took `ms`. */
  const compare = ({ probeMs, experience }: EndpointState<E>, ms: number, averageMs: number): void => {
    if (experience.alpha < 0) experience.alpha = alphaInitial;
    if (Number.isNaN(probeMs) || Number.isNaN(averageMs)) return;
    experience.probeError += (Math.abs(ms - probeMs) - experience.probeError) * errorShare;
    experience.averageError += (Math.abs(ms - averageMs) - experience.averageError) * errorShare;
    const both = experience.probeError + experience.averageError;
    const lead = both === 0 ? 0 : (experience.probeError - experience.averageError) / both;
    experience.alpha = Math.min(1, Math.max(0, experience.alpha + alphaStep * lead));
  };

  let weights = new Float64Array(0);
  /** Fills `weights`, and returns their sum. */
  const weigh = (states: readonly EndpointState<E>[], now: number): number => {
    const count = states.length;
    if (weights.length < count) weights = new Float64Array(count);
    const into = weights;
    let known = 0;
    let speeds = 0;
    for (let index = 0; index < count; index++) {
      const { speed } = states[index]!.experience;
      into[index] = speed;
      if (Number.isNaN(speed)) continue;
      speeds += speed;
      known++;
    }
    // The mean of the others stands for one of which nothing is known.
    const mean = known === 0 ? 1 : speeds / known;
    let least = Infinity;
    let best = 0;
    let total = 0;
    for (let index = 0; index < count; index++) {
      const { weight, experience } = states[index]!;
      const rate = experience.success.at(now, decay);
      const speed = into[index]!;
      const product = weight * (Number.isNaN(speed) ? mean : speed) * rate * rate * rate;
      into[index] = product;
      total += product;
      if (product > best) best = product;
      if (product < least) least = product;
    }
    if (least >= best * floor) return total;
    total = 0;
    for (let index = 0; index < count; index++) total += into[index] = Math.max(into[index]!, best * floor);
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
    settled(state, ms, outcome, _now, expected) {
      if (outcome === 'success') compare(state, ms, expected);
      learned(state);
    },
    learned,
    weigh(states, now) {
      weigh(states, now);
      return weights.slice(0, states.length);
    },
  };
}
