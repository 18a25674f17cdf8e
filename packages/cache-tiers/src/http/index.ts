export type {
  HeaderRecord,
  Headers,
  Lifetimes,
  RequestHead,
  ResponseHead,
  StoredResponse,
  TimedResponse,
} from './types.js';
export { resolveCachePolicy, type CachePolicy } from './policy.js';
export { parseCacheControl, parseCdnCacheControl, type CacheDirectives } from './directives.js';
export { countsAsError } from './status-codes.js';
export { storable, type NotStoredReason, type Storable } from './storage.js';
export { currentAgeMs, currentAgeSeconds, lifetimes } from './freshness.js';
export { decide, mayServeOnError, wantsOnlyIfCached, type Decision } from './reuse.js';
export { varyKey, varyNames } from './vary.js';
export { conditionalHeaders, updateApplies, updateStored, updateStoredByHead } from './validation.js';
export { evaluateConditions, type ConditionResult } from './conditions.js';
export { contentRange, ifRangeMatches, parseRange, requestedRange, unsatisfiedRange, type ByteRange } from './range.js';
export { cacheStatus, type CacheStatus, type ForwardReason } from './cache-status.js';
export { invalidates } from './invalidation.js';
export { sanitizeHeaders, storableHeaders, stripHopByHop } from './header-fields.js';
