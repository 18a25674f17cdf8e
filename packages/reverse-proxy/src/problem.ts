/** Longest we ask a client to wait before it tries again, in seconds. */
const MAX_RETRY_AFTER_SECONDS = 300;

/** What the proxy refuses or cannot do, as an HTTP status with a reason (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: string;
  readonly status: number;
  /** Milliseconds, for `Retry-After`. */
  readonly retryAfterMs: number | undefined;
  /** Further headers of the answer (`Allow`, `Content-Range`). */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    more: {
      readonly cause?: unknown;
      readonly retryAfterMs?: number;
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    // A problem is control flow: its stack would cost more than the answer.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    Error.stackTraceLimit = limit;
    this.status = status;
    this.code = code;
    this.retryAfterMs = more.retryAfterMs;
    this.headers = more.headers ?? {};
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  416: 'Range Not Satisfiable',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  508: 'Loop Detected',
};

/** The body of a problem, `application/problem+json`. */
export function problemBody(problem: Problem, requestId: string): string {
  return JSON.stringify({
    type: `urn:forebay:problem:${problem.code}`,
    title: TITLES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    request_id: requestId,
  });
}

/** Headers of a problem besides its length. */
export function problemHeaders(problem: Problem): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...problem.headers,
  };
  if (problem.retryAfterMs !== undefined) {
    const seconds = Math.ceil(problem.retryAfterMs / 1000);
    headers['retry-after'] = String(Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, seconds)));
  }
  return headers;
}
