import type { EndpointOptions, EndpointState } from '../endpoint.js';
import { smoothRoundRobin } from './smooth-round-robin.js';
import type { Strategy } from './strategy.js';

/** The endpoints with the fewest calls in flight for their weight, in their order. */
function leastBusy<E extends EndpointOptions>(candidates: readonly EndpointState<E>[]): readonly EndpointState<E>[] {
  let least = Infinity;
  let ties = 0;
  for (const { inFlight, weight } of candidates) {
    const load = inFlight / weight;
    if (load === least) ties++;
    if (load >= least) continue;
    least = load;
    ties = 1;
  }
  return ties === candidates.length
    ? candidates
    : candidates.filter(({ inFlight, weight }) => inFlight / weight === least);
}

/** nginx's `least_conn`: connections ÷ weight, ties by smooth round robin so that weights hold at low load. */
export function leastConnections<E extends EndpointOptions>(maxFailures: number): Strategy<E> {
  const turns = smoothRoundRobin<E>(maxFailures);
  return {
    ...turns,
    choose: (candidates, context) => turns.choose(leastBusy(candidates), context),
    chosen: (picked, candidates) => turns.chosen?.(picked, leastBusy(candidates)),
  };
}
