import type { ResponseHead, StoredResponse, TimedResponse } from './types.js';

/** The fields that ask an origin whether a stored response is still right; empty where it has no validator. */
export function conditionalHeaders(_stored: ResponseHead): Record<string, string> {
  throw new Error('in preparation');
}

/** Whether a 304 is about this stored response (RFC 9111, section 4.3.4); if not, ask again without conditions. */
export function updateApplies(_stored: ResponseHead, _notModified: ResponseHead): boolean {
  throw new Error('in preparation');
}

/** The stored response after a 304 (RFC 9111, sections 3.2 and 4.3.4). Reckon its lifetimes anew. */
export function updateStored(_stored: StoredResponse, _notModified: TimedResponse): StoredResponse {
  throw new Error('in preparation');
}
