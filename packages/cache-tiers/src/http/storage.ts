import type { CachePolicy } from './policy.js';
import type { RequestHead, ResponseHead } from './types.js';

/** Why an answer is not stored. */
export type NotStoredReason =
  | 'method'
  | 'status'
  | 'partial'
  | 'request-no-store'
  | 'no-store'
  | 'private'
  | 'authorization'
  | 'vary'
  | 'set-cookie'
  | 'no-lifetime';

/** Whether an answer may be stored. */
export type Storable = { readonly store: true } | { readonly store: false; readonly reason: NotStoredReason };

/** Whether the response to this request may be stored (RFC 9111, section 3). */
export function storable(_request: RequestHead, _response: ResponseHead, _policy: CachePolicy): Storable {
  throw new Error('in preparation');
}
