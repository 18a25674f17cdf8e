import { isBalancerError } from '@forebay/balancer';
import { Problem } from '../problem.js';

const UNAVAILABLE_RETRY_MS = 5000;

/**
 * What a client is told of a failed upstream call: 503 when none may be tried or has a connection to spare, 429 when the
 * outbound limit is hit, 504 when time ran out, 502 for all else. The details of upstreams stay in the log.
 */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = codeOf(error);
  switch (code) {
    case 'FOREBAY_NO_ENDPOINT':
      return new Problem(503, 'no-upstream', 'no upstream may be tried at the moment', {
        cause: error,
        retryAfterMs: numberOf(error, 'retryAfterMs') ?? UNAVAILABLE_RETRY_MS,
      });
    case 'FOREBAY_BUSY':
      return new Problem(503, 'upstream-busy', 'as many requests as may be are under way to the upstreams', {
        cause: error,
        retryAfterMs: numberOf(error, 'retryAfterMs') ?? UNAVAILABLE_RETRY_MS,
      });
    case 'FOREBAY_RATE_LIMITED':
      return new Problem(429, 'upstream-rate-limit', 'the limit of requests a second to the upstreams is reached', {
        cause: error,
        retryAfterMs: numberOf(error, 'retryAfterMs') ?? UNAVAILABLE_RETRY_MS,
      });
    case 'FOREBAY_DEADLINE':
    case 'ERR_CACHE_LOAD_TIMEOUT':
      return new Problem(504, 'upstream-timeout', 'no upstream answered within the time budget', { cause: error });
    default:
      if (isTimeout(error))
        return new Problem(504, 'upstream-timeout', 'the upstream did not answer in time', { cause: error });
      return new Problem(502, 'upstream-failed', 'every upstream that may be tried failed', { cause: error });
  }
}

function isTimeout(error: unknown): boolean {
  const last = isBalancerError(error) ? error.cause : error;
  const code = codeOf(last);
  return code === 'FOREBAY_ATTEMPT_TIMEOUT' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT';
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function numberOf(error: unknown, name: string): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
