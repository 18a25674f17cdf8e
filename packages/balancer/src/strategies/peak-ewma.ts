import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { Strategy } from './strategy.js';

/** What an endpoint costs that is being tried for the first time, so that it is not swamped before it answers. */
const unknownCost = 1e9;

function cost(state: EndpointState<EndpointOptions>, now: number, decayMs: number): number {
  const rate = state.success.at(now, decayMs);
  const latency = state.peak.decayed(now, decayMs);
  const load = latency === 0 && state.inFlight > 0 ? unknownCost + state.inFlight : latency * (state.inFlight + 1);
  return load / (state.weight * rate * rate * rate);
}

/**
 * Finagle's peak EWMA over two random choices (`com.twitter.finagle.loadbalancer.p2c`): the cheaper of the two by
 * peak-sensitive latency × calls in flight, divided by weight and by the cube of the success rate, lest an endpoint that
 * fails fast looks fast.
 */
export function peakEwma<E extends EndpointOptions>(decayMs: number): Strategy<E> {
  return {
    choose(candidates, { now, random }) {
      const count = candidates.length;
      const index = Math.floor(random() * count);
      const first = candidates[index]!;
      if (count === 1) return first;
      const offset = 1 + Math.floor(random() * (count - 1));
      const second = candidates[(index + offset) % count]!;
      return cost(first, now, decayMs) <= cost(second, now, decayMs) ? first : second;
    },
    succeeded: (state, ms, now) => state.peak.observe(ms, now, decayMs),
    // A failure that took longer than answers do is news about latency, a quick one is none.
    failed: (state, ms, now) => {
      if (state.peak.value !== undefined) state.peak.observeAtLeast(ms, now);
    },
    outpaced: (state, ms, now) => state.peak.observeAtLeast(ms, now),
  };
}
