import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Attempt } from './attempt.js';
import type { UpstreamError } from './errors.js';
import type { UpstreamRequest } from './upstream-request.js';

export type AttemptKind = 'first' | 'retry' | 'hedge' | 'resume';

/** What a dispatch reports for metrics, once for each attempt whose answer began or that failed. */
export interface AttemptEvent {
  readonly origin: string;
  readonly statusCode: number | undefined;
  /** The failure's code, if there was no answer. */
  readonly error: string | undefined;
  /** Until the answer began, or the failure. */
  readonly durationMs: number;
  readonly kind: AttemptKind;
}

export interface Head {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly statusMessage: string;
}

export interface AttemptLimits {
  /** ms; `Infinity`: none. */
  readonly headersTimeout: number;
  /** ms; 0: none. */
  readonly bodyTimeout: number;
  readonly maxRedirects: number;
  readonly maxResponseHeaders: number;
}

/** What an attempt needs of the dispatch that it is a part of. */
export interface AttemptOwner {
  readonly request: UpstreamRequest;
  readonly limits: AttemptLimits;
  poolFor(url: URL): Dispatcher;
  /** An informational answer (RFC 9110 § 15.2). */
  onInformed(head: Head): void;
  onHead(attempt: Attempt, head: Head): void;
  onData(attempt: Attempt, chunk: Buffer): void;
  onEnd(attempt: Attempt, trailers: IncomingHttpHeaders): void;
  /** `neutral`: no fault of the origin's. */
  onFailure(attempt: Attempt, error: UpstreamError, neutral: boolean): void;
  onTimeout(attempt: Attempt): void;
  /** Ends the whole dispatch. */
  fail(error: Error): void;
}
