import { Budget } from './attempts/budget.js';
import type { AttemptFunction, CallOptions, Caller, Counters } from './attempts/call-options.js';
import { Call } from './attempts/call.js';
import type { EndpointOptions } from './endpoint.js';
import type { BalancerStats, LoadBalancer } from './load-balancer.js';
import type { BalancerConfig, BalancerOptions } from './options.js';
import { EndpointPicker } from './picker.js';
import { callDefaults, pickerDefaults, type Settings } from './settings.js';
import { formatStatus } from './status.js';
import { adaptive } from './strategies/adaptive.js';
import { leastConnections } from './strategies/least-connections.js';
import { peakEwma } from './strategies/peak-ewma.js';
import type { Strategies } from './strategies/strategy.js';
import { weightedRandom } from './strategies/weighted-random.js';

const strategies: Strategies = {
  'weighted-random': weightedRandom,
  'least-connections': leastConnections,
  'peak-ewma': peakEwma,
  adaptive,
};

/** A picker that makes the calls as well. */
class Balancer<E extends EndpointOptions> extends EndpointPicker<E, Settings<E>> implements LoadBalancer<E>, Caller<E> {
  readonly retries: Budget;
  readonly hedges: Budget;
  readonly counters: Counters = { calls: 0, retries: 0, hedges: 0, exhausted: 0 };

  constructor(options: BalancerOptions<E>) {
    super({ ...options, strategies }, { ...pickerDefaults, ...callDefaults });
    this.retries = new Budget({ ...this.settings.retry, clock: this.clock });
    this.hedges = new Budget({ ...this.settings.hedge, clock: this.clock });
  }

  call<T>(fn: AttemptFunction<E, T>, options?: CallOptions): Promise<T> {
    return new Call(this, fn, options).run();
  }

  override updateConfig(patch: BalancerConfig<E>): void {
    super.updateConfig(patch);
    this.retries.configure(this.settings.retry);
    this.hedges.configure(this.settings.hedge);
  }

  formatStatus(): string {
    return formatStatus(this.status(), this.clock.now());
  }

  stats(): BalancerStats {
    this.roster.refresh(this.clock.now(), this.settings);
    return {
      ...this.counters,
      attempts: this.attempts,
      inFlight: this.roster.states.reduce((sum, { inFlight }) => sum + inFlight, 0),
      panic: this.roster.panic,
      retriesRemaining: this.retries.remaining,
      hedgesRemaining: this.hedges.remaining,
    };
  }
}

/**
 * Makes a balancer over `endpoints`.
 * @throws TypeError or RangeError that names the option and its value
 */
export function createBalancer<E extends EndpointOptions>(options: BalancerOptions<E>): LoadBalancer<E> {
  return new Balancer(options);
}
