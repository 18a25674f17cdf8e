/** Why a request went upstream (RFC 9211, section 2.2). */
export type ForwardReason = 'bypass' | 'method' | 'uri-miss' | 'vary-miss' | 'miss' | 'request' | 'stale' | 'partial';

/** What `Cache-Status` says of one request. `hit` and `fwd` exclude each other. */
export interface CacheStatus {
  /** Answered without going upstream. */
  readonly hit?: boolean | undefined;
  /** Why it went upstream. */
  readonly fwd?: ForwardReason | undefined;
  /** The status code that came from upstream. */
  readonly fwdStatus?: number | undefined;
  /** Seconds of freshness left; negative when stale. */
  readonly ttl?: number | undefined;
  /** Whether the answer was stored. */
  readonly stored?: boolean | undefined;
  /** Whether the request waited for another's upstream request. */
  readonly collapsed?: boolean | undefined;
  readonly key?: string | undefined;
  /** Where it came from, or what else there is to say; a tier's name, say. */
  readonly detail?: string | undefined;
}

/** The `Cache-Status` field (RFC 9211) of the cache `forebay`: a structured field whatever `key` and `detail` hold. */
export function cacheStatus(status: CacheStatus): string {
  let field = 'forebay';
  if (status.hit === true) field += '; hit';
  else if (status.fwd !== undefined) field += `; fwd=${status.fwd}`;
  if (status.fwdStatus !== undefined) field += `; fwd-status=${status.fwdStatus}`;
  if (status.ttl !== undefined) field += `; ttl=${toInteger(status.ttl)}`;
  if (status.stored === true) field += '; stored';
  if (status.collapsed === true) field += '; collapsed';
  if (status.key !== undefined) field += `; key=${quote(status.key)}`;
  if (status.detail !== undefined) {
    field += `; detail=${TOKEN.test(status.detail) ? status.detail : quote(status.detail)}`;
  }
  return field;
}

const TOKEN = /^[A-Za-z*][!#$%&'*+\-.^_`|~\w:/]*$/;

/** Integers of structured fields have at most 15 digits. */
const MAX_INTEGER = 999_999_999_999_999;

function toInteger(value: number): number {
  return Math.max(-MAX_INTEGER, Math.min(Math.floor(value), MAX_INTEGER));
}

/** A structured field's string: printable ASCII, all else percent-encoded as UTF-8. */
function quote(text: string): string {
  const ascii = text.replace(/\p{Surrogate}/gu, '\uFFFD').replace(/[^ -~]/gu, encodeURIComponent);
  return `"${ascii.replace(/["\\]/g, '\\$&')}"`;
}
