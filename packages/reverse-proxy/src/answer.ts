import type { BodyReader } from '@forebay/cache-tiers';
import type { HeaderRecord } from '@forebay/cache-tiers/http';

/** Where an answer came from, in the habitual words of `X-Cache`. */
export type CacheOutcome = 'HIT' | 'MISS' | 'STALE' | 'REVALIDATED' | 'BYPASS' | 'NONE';

/** An answer before it takes the shape of a `Response` or goes out on a socket. */
export interface Answer {
  readonly status: number;
  /** Lower-case names; complete but for `Date` and what the connection adds. */
  readonly headers: Record<string, string | readonly string[]>;
  /** `undefined`: no body (HEAD, 304, 204). */
  readonly body: Uint8Array | BodyReader | undefined;
  readonly outcome: CacheOutcome;
  /** Name of the tier, or `upstream`; empty where neither was asked. */
  readonly source: string;
}

/** A request as both faces of the proxy hand it on. */
export interface ProxyRequest {
  readonly method: string;
  /** The request target as it was received, below the mount. */
  readonly target: string;
  readonly headers: HeaderRecord;
  readonly requestId: string;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Passes an informational answer on (RFC 9110 section 15.2), where the client and its connection can take one. */
  readonly inform?: ((status: number, headers: HeaderRecord) => void) | undefined;
  /** Asks once more after so many ms for what the upstreams do not have yet (404). */
  readonly retryMissingAfter?: number | undefined;
  /** A request body, for routes that pass methods on. */
  readonly body?: AsyncIterable<Uint8Array> | undefined;
}
