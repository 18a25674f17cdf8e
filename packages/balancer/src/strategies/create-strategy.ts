import type { EndpointOptions } from '../endpoint.js';
import type { Settings } from '../settings.js';
import { adaptive } from './adaptive.js';
import { leastConnections } from './least-connections.js';
import { peakEwma } from './peak-ewma.js';
import { smoothRoundRobin } from './smooth-round-robin.js';
import type { Strategy } from './strategy.js';
import { weightedRandom } from './weighted-random.js';

/** @throws RangeError if there is no strategy of that name */
export function createStrategy<E extends EndpointOptions>(settings: Settings<E>): Strategy<E> {
  const { strategy, breaker, decay } = settings;
  switch (strategy) {
    case 'weighted-random':
      return weightedRandom();
    case 'round-robin':
      return smoothRoundRobin(breaker.maxFailures);
    case 'least-connections':
      return leastConnections(breaker.maxFailures);
    case 'peak-ewma':
      return peakEwma(decay);
    case 'adaptive':
      return adaptive(settings.adaptive, decay);
  }
  if (typeof strategy !== 'function')
    throw new RangeError(`strategy must be a function or a known name, not ${String(strategy)}`);
  return {
    choose(candidates, context) {
      const picked = strategy(candidates, context);
      const found = candidates.find((candidate) => candidate === picked);
      if (!found) throw new TypeError('strategy must return one of the candidates that it was given');
      return found;
    },
  };
}
