import type { EndpointOptions } from '../endpoint.js';
import type { PickerSettings } from '../settings.js';
import type { Strategies, Strategy } from './strategy.js';

/** @throws RangeError if there is no strategy of that name among `strategies` */
export function createStrategy<E extends EndpointOptions>(
  settings: PickerSettings<E>,
  strategies: Strategies,
): Strategy<E> {
  const { strategy } = settings;
  if (typeof strategy === 'function') {
    return {
      choose(candidates, context) {
        const picked = strategy(candidates, context);
        const found = candidates.find((candidate) => candidate === picked);
        if (!found) throw new TypeError('strategy must return one of the candidates that it was given');
        return found;
      },
    };
  }
  const make = Object.hasOwn(strategies, strategy) ? strategies[strategy] : undefined;
  if (!make) throw new RangeError(`strategy must be a function or a known name, not ${strategy}`);
  return make(settings);
}
