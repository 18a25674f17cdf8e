export { createPicker } from './picker.js';
export type { AcquireOptions, Picker } from './load-balancer.js';
export { adaptive } from './strategies/adaptive.js';
export { leastConnections } from './strategies/least-connections.js';
export { peakEwma } from './strategies/peak-ewma.js';
export { weightedRandom } from './strategies/weighted-random.js';
export type {
  Strategies,
  StrategyContext,
  StrategyFunction,
  StrategyMaker,
  StrategyName,
} from './strategies/strategy.js';
export type { CircuitState } from './circuit/circuit.js';
export type { Clock } from './clock.js';
export type { Candidate, EndpointOptions, EndpointPatch } from './endpoint.js';
export { BalancerError, isBalancerError } from './errors.js';
export type { BalancerErrorCode } from './errors.js';
export type { PickerEvents } from './events.js';
export type { Lease } from './lease.js';
export type {
  AdaptiveOptions,
  BreakerOptions,
  OutlierOptions,
  PickerConfig,
  PickerOptions,
  PriorityMode,
  SlowStartOptions,
} from './options.js';
export type { EndpointStatus } from './status.js';
