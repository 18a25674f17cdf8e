import type { AnsweredRequest, ReverseProxyObserver } from '@forebay/reverse-proxy';
import type { Logger } from '../log/logger.js';
import type { RouteTraffic } from '../metrics/traffic.js';

/** Counts every answer, and logs those that went wrong; the others at `debug`, built only when that level is on. */
export function logAnswers(logger: Logger, traffic: RouteTraffic): ReverseProxyObserver {
  return {
    hit: (status, bytes) => traffic.hit(status, bytes),
    answered(request) {
      traffic.answered(request);
      if (request.status >= 500 || (request.error !== undefined && request.status < 400))
        logger.warn(line(request), messageOf(request));
      else if (logger.isLevelEnabled('debug')) logger.debug(line(request), messageOf(request));
    },
  };
}

function line(request: AnsweredRequest): object {
  return {
    event: 'request',
    request_id: request.requestId,
    method: request.method,
    target: request.target,
    status: request.status,
    cache: request.outcome,
    source: request.source,
    bytes: request.bytes,
    duration_ms: Math.round(request.durationMs * 10) / 10,
    ...(request.error === undefined ? {} : { error: reasonOf(request.error) }),
  };
}

const messageOf = (request: AnsweredRequest): string => `${request.method} ${request.target} ${request.status}`;

/** The chain of causes, innermost last, for a reader who wants to know which upstream said what. */
function reasonOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined || depth > 3
    ? error.message
    : `${error.message}: ${reasonOf(error.cause, depth + 1)}`;
}
