import type { StoredResponse } from '@forebay/cache-tiers/http';

/** What is kept beside a body: the response's head, and what it was selected by. */
export interface StoredMeta extends StoredResponse {
  /** Names of the request fields that it varies by, and their values at the time as one string (RFC 9111 section 4.1). */
  readonly vary: { readonly names: readonly string[]; readonly key: string } | undefined;
}
