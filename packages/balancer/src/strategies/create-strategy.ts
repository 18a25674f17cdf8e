import type { EndpointOptions } from '../endpoint.js';
import type { Settings } from '../settings.js';
import { adaptive } from './adaptive.js';
import { leastConnections } from './least-connections.js';
import { peakEwma } from './peak-ewma.js';
import { smoothRoundRobin } from './smooth-round-robin.js';
import type { Strategy, StrategyFunction } from './strategy.js';
import { weightedRandom } from './weighted-random.js';

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
    default:
      return ownStrategy(strategy);
  }
}

function ownStrategy<E extends EndpointOptions>(pick: StrategyFunction<E>): Strategy<E> {
  return {
    choose(candidates, context) {
      const picked = pick(candidates, context);
      const found = candidates.find((candidate) => candidate === picked);
      if (!found) throw new TypeError('strategy must return one of the candidates that it was given');
      return found;
    },
  };
}
