export type { AttemptKind } from './attempt.js';
export type { AttemptEvent } from './call.js';
export { createUpstreamDispatcher, type OriginStatus, type UpstreamDispatcher } from './dispatcher.js';
export {
  isUpstreamError,
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
  UpstreamCallOptions,
  UpstreamDispatcherOptions,
  UpstreamDispatchOptions,
} from './options.js';
export type { PoolStatus } from './origin.js';
