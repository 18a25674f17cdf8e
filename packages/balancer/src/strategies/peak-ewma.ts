import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { PickerSettings } from '../settings.js';
import type { Strategy } from './strategy.js';

/** What an endpoint costs that is being tried for the first time, so that it is not swamped before it answers. */
const unknownCost = 1e9;

/**
 * Finagle's peak EWMA over two random choices (`com.twitter.finagle.loadbalancer.p2c`): the cheaper of the two by
 * peak-sensitive latency × calls in flight, divided by weight and by the cube of the success rate, lest an endpoint that
 * fails fast looks fast.
 */
export function peakEwma<E extends EndpointOptions>({ decay }: PickerSettings<E>): Strategy<E> {
  const cost = ({ weight, inFlight, experience }: EndpointState<E>, now: number): number => {
    const latency = experience.peak.decayed(now, decay);
    const load = latency === 0 && inFlight > 0 ? unknownCost + inFlight : latency * (inFlight + 1);
    const rate = experience.success.at(now, decay);
    return load / (weight * rate * rate * rate);
  };

  return {
    choose(candidates, { now, random }) {
      const count = candidates.length;
      const index = Math.floor(random() * count);
      const first = candidates[index]!;
      if (count === 1) return first;
      const second = candidates[(index + 1 + Math.floor(random() * (count - 1))) % count]!;
      return cost(first, now) <= cost(second, now) ? first : second;
    },
    settled({ experience: { peak } }, ms, outcome, now) {
      if (outcome === 'success') peak.observe(ms, now, decay);
      // A failure slower than answers are is news about latency; a quick one, or one of a stranger, is none.
      else if (outcome === 'outpaced' || ms > (peak.value ?? Infinity)) peak.observeAtLeast(ms, now);
    },
  };
}
