export { createBalancer } from './balancer.js';
export type { AcquireOptions, BalancerStats, LoadBalancer } from './load-balancer.js';
export { createRetryBudget } from './attempts/budget.js';
export type { RetryBudget, RetryBudgetOptions } from './attempts/budget.js';
export { fullJitterBackoff } from './attempts/backoff.js';
export type { AttemptContext, AttemptFunction, CallOptions } from './attempts/call-options.js';
export type { CircuitState } from './circuit/circuit.js';
export type { Clock } from './clock.js';
export type { Candidate, EndpointOptions, EndpointPatch } from './endpoint.js';
export { AllFailedError, BalancerError, NoEndpointError, isBalancerError } from './errors.js';
export type { BalancerErrorCode } from './errors.js';
export type { BalancerEvents } from './events.js';
export type { Lease } from './lease.js';
export { LoadBalancerManager } from './manager.js';
export type { AlertCode, BalancerAlert, ManagerOptions, MetricSample } from './manager.js';
export type {
  AdaptiveOptions,
  BalancerConfig,
  BalancerOptions,
  BreakerOptions,
  Classify,
  HedgeOptions,
  OutlierOptions,
  PriorityMode,
  RetryOptions,
  SlowStartOptions,
  Verdict,
} from './options.js';
export type { EndpointStatus } from './status.js';
export type { StrategyContext, StrategyFunction, StrategyName } from './strategies/strategy.js';
