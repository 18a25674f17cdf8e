import type { RequestHead, ResponseHead } from './types.js';

/** The URLs whose stored responses this exchange makes invalid (RFC 9111, section 4.4), in the form of `request.url`. */
export function invalidates(_request: RequestHead, _response: ResponseHead): readonly string[] {
  throw new Error('in preparation');
}
