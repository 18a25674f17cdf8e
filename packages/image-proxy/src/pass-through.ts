import type { UpstreamDispatcher } from '@forebay/balancer/undici';
import { cacheStatus, invalidates, sanitizeHeaders, stripHopByHop, type Headers } from '@forebay/cache-tiers/http';
import type { Answer, ProxyRequest } from './answer.js';
import { forwardedHeaders } from './forward.js';
import type { ResolvedOptions } from './options.js';
import { lastingHeaders, type Presentation } from './presentation.js';
import { parseTarget, type Target } from './target.js';
import { upstreamTarget } from './upstream-target.js';
import { exchange } from './upstream/exchange.js';
import { Relay } from './upstream/relay.js';

const BODILESS = new Set([204, 304]);

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
    shared: false,
  });
  if (request.body !== undefined && request.headers['content-length'] !== undefined)
    headers['content-length'] = request.headers['content-length'];
  const response = await exchange(dispatcher, {
    method: request.method,
    path: upstreamTarget(options, target, credentials !== undefined),
    headers,
    body: request.body,
    signal: request.signal,
    maxBodyBytes: options.maxBodyBytes,
  });
  const { status, requestTime, responseTime } = response;
  const relayed = sanitizeHeaders(stripHopByHop(response.headers));
  const lasting = lastingHeaders(
    { status, headers: relayed, requestTime, responseTime, vary: undefined },
    undefined,
    presentation,
  );
  const answerHeaders: Headers = {
    ...lasting,
    'cache-status': cacheStatus({ fwd: request.method === 'HEAD' ? 'miss' : 'method', fwdStatus: status }),
    'x-cache': request.method === 'HEAD' ? 'MISS' : 'BYPASS',
    'x-request-id': request.requestId,
  };
  if (relayed['age'] !== undefined) answerHeaders['age'] = relayed['age'];
  const relay = new Relay(response.body, () => response.discard());
  const hasBody = request.method !== 'HEAD' && !BODILESS.has(status);
  return {
    answer: {
      status,
      headers: answerHeaders,
      body: hasBody ? relay : undefined,
      outcome: request.method === 'HEAD' ? 'MISS' : 'BYPASS',
      source: 'upstream',
    },
    invalid: invalidates(
      { method: request.method, url: request.target, headers: request.headers },
      { status, headers: response.headers },
    ).flatMap(safely),
  };
}

function safely(url: string): Target[] {
  try {
    return [parseTarget(url)];
  } catch {
    return [];
  }
}
