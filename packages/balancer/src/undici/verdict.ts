import type { Head } from './attempt-owner.js';
import { UpstreamError } from './errors.js';
import { retryAfterMs } from './retry-after.js';

export interface Verdict {
  /** Why another origin is asked for the same. */
  readonly error: UpstreamError;
  /** Whether it counts against the origin. */
  readonly fault: boolean;
  /** ms to leave the origin alone, if it said so. */
  readonly hold: number | undefined;
}

/** What an answer says of its origin; undefined: it is good, 4xx included. */
export function judge(
  head: Head,
  origin: string,
  retryStatuses: ReadonlySet<number>,
  maxHold: number,
): Verdict | undefined {
  const { statusCode } = head;
  const limited = statusCode === 429;
  if (!limited && !retryStatuses.has(statusCode)) return undefined;
  const wait = limited || statusCode === 503 ? retryAfterMs(head.headers['retry-after']) : undefined;
  const details = { statusCode, ...(wait !== undefined && { retryAfterMs: wait }) };
  return {
    error: new UpstreamError('FOREBAY_BAD_STATUS', origin, `answered ${statusCode}`, details),
    fault: !limited,
    hold: wait === undefined ? undefined : Math.min(wait, maxHold),
  };
}
