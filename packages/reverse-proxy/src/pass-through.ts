import { setTimeout as sleep } from 'node:timers/promises';
import type { UpstreamDispatcher } from '@forebay/balancer/undici';
import {
  cacheStatus,
  evaluateConditions,
  type ForwardReason,
  invalidates,
  sanitizeHeaders,
  stripHopByHop,
  type Headers,
} from '@forebay/cache-tiers/http';
import type { Answer, ProxyRequest } from './answer.js';
import { forwardedHeaders } from './forward.js';
import type { ResolvedOptions } from './options.js';
import { BODILESS, lastingHeaders, notModifiedHeaders, type Presentation } from './presentation.js';
import { Problem } from './problem.js';
import { parseTarget, type Target } from './target.js';
import { upstreamTarget } from './upstream-target.js';
import { exchangeFollowing } from './upstream/follow.js';
import { Relay } from './upstream/relay.js';

/** Why a request that the cache did not answer went up (RFC 9211 section 2.2). */
export function forwardReason(method: string, options: ResolvedOptions): ForwardReason {
  if (method !== 'GET' && method !== 'HEAD') return 'method';
  return options.cache === undefined ? 'bypass' : 'miss';
}

/** Passes one request on as it is and its answer back, keeping nothing; resolves also to what the exchange made invalid. */
export async function passThrough(
  options: ResolvedOptions,
  dispatcher: UpstreamDispatcher,
  presentation: Presentation,
  request: ProxyRequest,
  target: Target,
): Promise<{ readonly answer: Answer; readonly invalid: readonly Target[] }> {
  const { preset } = options;
  const credentials = preset.credentials(target, request.headers);
  const headers = forwardedHeaders(preset, request.headers, {
    requestId: request.requestId,
    via: options.via,
    shared: request.method === 'HEAD',
  });
  const body = request.method === 'HEAD' ? undefined : request.body;
  if (body !== undefined && request.headers['content-length'] !== undefined)
    headers['content-length'] = request.headers['content-length'];
  const asked = {
    method: request.method,
    path: upstreamTarget(options, target, credentials !== undefined),
    headers,
    body,
    signal: request.signal,
    inform: request.inform,
    maxBodyBytes: options.maxBodyBytes,
  };
  // What has gone up once is not sent again.
  const redirects = body === undefined ? options.redirects : undefined;
  let response = await exchangeFollowing(dispatcher, asked, redirects);
  if (response.status === 404 && request.retryMissingAfter !== undefined && body === undefined) {
    response.discard();
    await sleep(request.retryMissingAfter, undefined, { signal: request.signal });
    response = await exchangeFollowing(dispatcher, asked, redirects);
  }
  const { status, requestTime, responseTime } = response;
  const relayed = sanitizeHeaders(stripHopByHop(response.headers));
  const lasting = lastingHeaders(
    { status, headers: relayed, requestTime, responseTime, vary: undefined },
    undefined,
    presentation,
  );
  const fwd = forwardReason(request.method, options);
  const outcome = fwd === 'miss' ? 'MISS' : 'BYPASS';
  const notModified = request.method === 'HEAD' && isNotModified(request, { status, headers: lasting, responseTime });
  const answerHeaders: Headers = {
    ...(notModified ? notModifiedHeaders(lasting) : lasting),
    'cache-status': cacheStatus({ fwd, fwdStatus: status }),
    'x-cache': outcome,
    'x-request-id': request.requestId,
  };
  if (request.method === 'GET' && relayed['accept-ranges'] === undefined) delete answerHeaders['accept-ranges'];
  if (relayed['age'] !== undefined) answerHeaders['age'] = relayed['age'];
  const relay = new Relay(response.body, () => response.discard());
  const hasBody = request.method !== 'HEAD' && !BODILESS.has(status);
  if (!hasBody) relay.read();
  return {
    answer: {
      status: notModified ? 304 : status,
      headers: answerHeaders,
      body: hasBody ? relay : undefined,
      outcome,
      source: 'upstream',
    },
    invalid: invalidates(
      { method: request.method, url: request.target, headers: request.headers },
      { status, headers: response.headers },
    ).flatMap(safely),
  };
}

/** HEAD is answered as GET would be, whose conditions are evaluated here. @throws {Problem} 412 */
function isNotModified(
  { method, target, headers }: ProxyRequest,
  response: Parameters<typeof evaluateConditions>[1],
): boolean {
  const verdict = evaluateConditions({ method, url: target, headers }, response);
  if (verdict === 'precondition-failed')
    throw new Problem(412, 'precondition-failed', 'a condition of the request does not hold');
  return verdict === 'not-modified';
}

function safely(url: string): Target[] {
  try {
    return [parseTarget(url)];
  } catch {
    return [];
  }
}
