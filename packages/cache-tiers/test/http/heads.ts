import { resolveCachePolicy } from '@forebay/cache-tiers/http';
import type { CachePolicy, HeaderRecord, RequestHead, StoredResponse } from '@forebay/cache-tiers/http';
import * as fc from 'fast-check';

/** The moment at which everything is received: Sun, 06 Nov 2044 08:49:37 GMT, without a fraction. */
export const T0: number = Date.UTC(2044, 10, 6, 8, 49, 37);

/** An HTTP date so many seconds after `T0`. */
export function at(seconds: number): string {
  return new Date(T0 + seconds * 1000).toUTCString();
}

/** A policy that adds nothing to what origins say. */
export function bare(options: Partial<CachePolicy> = {}): CachePolicy {
  return resolveCachePolicy({ heuristicFraction: 0, negativeTtlMs: 0, staleIfErrorMs: 0, ...options });
}

/** Any text of the first 768 characters, control characters among them, and lone surrogates. */
export const anyText: fc.Arbitrary<string> = fc.string({
  unit: fc.oneof(fc.nat(0x2ff), fc.integer({ min: 0xd7f0, max: 0xe010 })).map((code) => String.fromCharCode(code)),
  maxLength: 12,
});

export function get(headers: HeaderRecord = {}, url = '/a'): RequestHead {
  return { method: 'GET', url, headers };
}

/** A response that was asked for and received at `T0`. */
export function received(headers: HeaderRecord, status = 200): StoredResponse {
  return { status, headers, requestTime: T0, responseTime: T0 };
}
