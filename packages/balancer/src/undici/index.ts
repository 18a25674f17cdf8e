export type { AttemptEvent, AttemptKind } from './attempt-owner.js';
export { createUpstreamDispatcher, type OriginStatus, type UpstreamDispatcher } from './dispatcher.js';
export {
  isUpstreamError,
  UpstreamDeadlineError,
  UpstreamError,
  type UpstreamErrorCode,
  type UpstreamErrorDetails,
  UpstreamsFailedError,
} from './errors.js';
export type {
  Admit,
  OriginOptions,
  ProxyOptions,
  RateLimit,
  ResponseHead,
  Transport,
  UpstreamCallOptions,
  UpstreamDispatcherOptions,
  UpstreamDispatchOptions,
} from './options.js';
export type { PoolStatus } from './origin.js';
