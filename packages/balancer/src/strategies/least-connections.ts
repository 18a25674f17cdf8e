import type { EndpointOptions, EndpointState } from '../endpoint.js';
import type { PickerSettings } from '../settings.js';
import { roundRobin } from './smooth-round-robin.js';
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
export function leastConnections<E extends EndpointOptions>(settings: PickerSettings<E>): Strategy<E> {
  const turns = roundRobin(settings);
  let ties: readonly EndpointState<E>[] = [];
  return {
    ...turns,
    choose(candidates, context) {
      ties = leastBusy(candidates);
      return turns.choose(ties, context);
    },
    // Follows its choice at once, so that the ties are still those.
    chosen: (picked) => turns.chosen?.(picked, ties),
  };
}
