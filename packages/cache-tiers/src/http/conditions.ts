import type { RequestHead, ResponseHead } from './types.js';

/** What a client's conditions make of a stored response. */
export type ConditionResult = 'send' | 'not-modified' | 'precondition-failed';

/** Evaluates a client's conditions (RFC 9110, section 13.2.2) against a stored response. */
export function evaluateConditions(
  _request: RequestHead,
  _stored: ResponseHead & { readonly responseTime?: number },
): ConditionResult {
  throw new Error('in preparation');
}
