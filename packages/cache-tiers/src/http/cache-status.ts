/** Why a request went upstream (RFC 9211, section 2.2). */
export type ForwardReason = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale' | 'partial';

/** What `Cache-Status` says of one request. */
export interface CacheStatus {
  readonly hit?: boolean | undefined;
  readonly fwd?: ForwardReason | undefined;
  readonly fwdStatus?: number | undefined;
  /** Seconds of freshness left; negative when stale. */
  readonly ttl?: number | undefined;
  readonly stored?: boolean | undefined;
  readonly collapsed?: boolean | undefined;
  readonly key?: string | undefined;
  readonly detail?: string | undefined;
}

/** The `Cache-Status` field (RFC 9211) of the cache `forebay`. */
export function cacheStatus(_status: CacheStatus): string {
  throw new Error('in preparation');
}
