import { cacheStatus } from '@forebay/cache-tiers/http';
import {
  type Answer,
  CORS_HEADERS,
  Problem,
  problemBody,
  problemHeaders,
  type ProxyRequest,
} from '@forebay/reverse-proxy';

type Asked = Pick<ProxyRequest, 'method' | 'headers' | 'requestId'>;

const METHODS = 'GET, HEAD, OPTIONS';

/** A problem (RFC 9457) as an answer that scripts of players may read. */
export function problemAnswer(problem: Problem, { method, requestId }: Asked, via: string): Answer {
  const body = Buffer.from(problemBody(problem, requestId));
  const fromUpstream = problem.status >= 502 && problem.status <= 504;
  const headers = {
    'cache-status': cacheStatus({ fwd: fromUpstream ? 'bypass' : undefined, detail: problem.code }),
    'x-cache': 'BYPASS',
    ...CORS_HEADERS,
    ...problemHeaders(problem),
    via,
    'x-request-id': requestId,
    'content-length': String(body.length),
  };
  return {
    status: problem.status,
    headers,
    body: method === 'HEAD' ? undefined : body,
    outcome: 'NONE',
    source: '',
  };
}

/**
 * The answer to any other method than GET and HEAD: to OPTIONS what players' preflights want to hear.
 *
 * @throws {Problem} 405 for the others.
 */
export function otherMethod({ method, headers, requestId }: Asked, via: string): Answer {
  if (method !== 'OPTIONS')
    throw new Problem(405, 'method-not-allowed', `this route answers ${METHODS}, not ${method}`, {
      headers: { allow: METHODS },
    });
  return {
    status: 204,
    headers: {
      allow: METHODS,
      'access-control-allow-origin': '*',
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': String(headers['access-control-request-headers'] ?? 'Range'),
      'access-control-max-age': '86400',
      vary: 'Access-Control-Request-Headers',
      via,
      'x-request-id': requestId,
    },
    body: undefined,
    outcome: 'NONE',
    source: '',
  };
}
