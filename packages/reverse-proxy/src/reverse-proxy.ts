import type { IncomingMessage, ServerResponse } from 'node:http';
import { createUpstreamDispatcher, type UpstreamDispatcher } from '@forebay/balancer/undici';
import { createTieredCache, memoryTier } from '@forebay/cache-tiers';
import { cacheStatus, wantsOnlyIfCached } from '@forebay/cache-tiers/http';
import { createAdmission } from './admit.js';
import type { Answer, ProxyRequest } from './answer.js';
import { CachedReads } from './cached-reads.js';
import { sendsRanges, sendsUp } from './forward.js';
import { resolveOptions, type ReverseProxyOptions, type ResolvedOptions } from './options.js';
import { forwardReason, passThrough } from './pass-through.js';
import { CORS_HEADERS, type Presentation } from './presentation.js';
import { withRequestId } from './own-problem.js';
import { Problem, problemBody, problemHeaders } from './problem.js';
import { RelayPool } from './relay/relay-pool.js';
import { createHitListener } from './serve/hit-listener.js';
import { forgetBody, fromIncoming, sendAnswer } from './serve/node.js';
import { fromRequest, toResponse } from './serve/web.js';
import { parseTarget, type Target } from './target.js';
import { toProblem } from './upstream/failure.js';
import type { StoredMeta } from './upstream/stored-meta.js';

/** For who composes: what a request is about, where that is not what its line says. */
export interface HandleOptions {
  /** The target to answer for, path and query. @default the request's own */
  readonly target?: string;
  /** Asks once more after so many ms for what the upstreams do not have yet (404). @default not at all */
  readonly retryMissingAfter?: number | undefined;
  /** Hears of body bytes as they go to the client; whole bodies at once. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** A caching proxy of one route, with three doors: the web's `fetch`, `node:http`, and a fast one for hits. */
export interface ReverseProxy {
  readonly name: string;
  /** Its upstreams: status, weights, circuits. */
  readonly upstreams: UpstreamDispatcher;
  /** Answers a web request; never rejects: what fails becomes a problem (RFC 9457). */
  fetch(request: Request, options?: HandleOptions): Promise<Response>;
  /** Answers a `node:http` request, bodies with back-pressure straight to the socket. Resolves when the answer is out; never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, options?: HandleOptions): Promise<void>;
  /** Answers at once what is in memory, or declines: false, and nothing was touched. */
  listener(request: IncomingMessage, response: ServerResponse, options?: Pick<HandleOptions, 'target'>): boolean;
  /** Closes the upstream connections; the cache is its owner's to close. */
  close(): Promise<void>;
}

/**
 * Makes a caching proxy.
 *
 * @throws {TypeError | RangeError} when an option is wrong; the message names it.
 */
export function createReverseProxy(options: ReverseProxyOptions): ReverseProxy {
  const resolved = resolveOptions(options);
  const upstreams = dispatcherOf(resolved);
  // Without a cache nothing is ever stored; loads still run, and are passed on, in the same way.
  const cache = resolved.cache ?? createTieredCache<StoredMeta>({ tiers: [memoryTier({ maxBytes: 1 })] });
  const presentation: Presentation = {
    via: resolved.via,
    cors: resolved.preset.cors,
    // Whoever is not told its visitors' cookies has none to set.
    siteWide: sendsUp(resolved.preset, 'cookie'),
  };
  const reads = new CachedReads(resolved, upstreams, cache, presentation);

  const answer = (request: ProxyRequest): Promise<Answer> =>
    route(request, resolved, { reads, upstreams, presentation });

  return {
    name: resolved.name,
    upstreams,
    listener: createHitListener(resolved, cache, presentation),
    async fetch(request, handling) {
      const started = performance.now();
      const asked = withOptions(fromRequest(request), handling);
      const { given, error } = await settle(answer, asked, resolved);
      report(resolved, asked, given, {
        started,
        error,
        bytes: given.body instanceof Uint8Array ? given.body.length : 0,
      });
      return toResponse(given, handling?.onBytes);
    },
    async handle(incoming, response, handling) {
      const started = performance.now();
      const asked = withOptions(fromIncoming(incoming, response, incoming.url ?? '/'), handling);
      const { given, error } = await settle(answer, asked, resolved);
      const sent = await sendAnswer(given, response, resolved.sendTimeout, handling?.onBytes);
      if (asked.body !== undefined) forgetBody(incoming);
      report(resolved, asked, given, { started, error: error ?? sent.error, bytes: sent.bytes });
    },
    close: () => upstreams.close(),
  };
}

/** As nginx logs it: the client closed the connection before there was an answer. */
const CLIENT_LEFT = 499;

interface Parts {
  readonly reads: CachedReads;
  readonly upstreams: UpstreamDispatcher;
  readonly presentation: Presentation;
}

async function route(request: ProxyRequest, options: ResolvedOptions, parts: Parts): Promise<Answer> {
  const { method } = request;
  if (method === 'OPTIONS' && !passes(options, 'OPTIONS')) return preflight(request, options);
  if (!isRead(method) && !passes(options, method)) {
    const allow = allowedMethods(options);
    throw new Problem(405, 'method-not-allowed', `this route answers ${allow}, not ${method}`, { headers: { allow } });
  }
  refuseLoops(request, options);
  const target = options.preset.canonical(parseTarget(request.target));
  if (method === 'GET' && !goesStraight(request, options)) return parts.reads.get(request, target);
  if (method === 'HEAD') return head(request, target, options, parts);
  const { answer, invalid } = await passThrough(options, parts.upstreams, parts.presentation, request, target);
  await Promise.all(invalid.map((stored) => parts.reads.invalidate(stored)));
  return answer;
}

/** Without a cache a read goes up as it is, as long as the upstream then hears what part of it the client wants. */
const goesStraight = ({ headers }: ProxyRequest, { cache, preset }: ResolvedOptions): boolean =>
  cache === undefined && sendsRanges(preset) && !wantsOnlyIfCached({ method: 'GET', url: '/', headers });

async function head(request: ProxyRequest, target: Target, options: ResolvedOptions, parts: Parts): Promise<Answer> {
  const stored = await parts.reads.head(request, target);
  if (stored) return stored;
  try {
    return (await passThrough(options, parts.upstreams, parts.presentation, request, target)).answer;
  } catch (error) {
    const stale = await parts.reads.staleHead(request, target, error);
    if (stale) return stale;
    throw error;
  }
}

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

// TRACE would show a client's credentials to scripts, CONNECT asks for a tunnel: neither is meant by "all methods".
const passes = (options: ResolvedOptions, method: string): boolean =>
  method !== 'TRACE' && method !== 'CONNECT' && (options.methods === '*' || options.methods.includes(method));

function allowedMethods({ methods }: ResolvedOptions): string {
  const others = methods === '*' ? ['POST', 'PUT', 'PATCH', 'DELETE'] : methods;
  return [...new Set(['GET', 'HEAD', 'OPTIONS', ...others])].join(', ');
}

/** More nodes in a row than anybody means: the request goes round in circles (RFC 9110 section 7.6.3). */
const MOST_HOPS = 10;

function refuseLoops({ headers }: ProxyRequest, { via }: ResolvedOptions): void {
  if (headers['via'] === undefined) return;
  const name = via.split(' ')[1];
  const hops = String(headers['via'])
    .split(',')
    .filter((hop) => hop.trim().split(/\s+/)[1] === name).length;
  if (hops >= MOST_HOPS)
    throw new Problem(508, 'loop-detected', `the request came through ${hops} proxies named ${JSON.stringify(name)}`);
}

function preflight(request: ProxyRequest, options: ResolvedOptions): Answer {
  const methods = allowedMethods(options);
  const headers: Record<string, string> = { allow: methods, via: options.via, 'x-request-id': request.requestId };
  if (options.preset.cors) {
    headers['access-control-allow-origin'] = '*';
    headers['access-control-allow-methods'] = methods;
    headers['access-control-allow-headers'] = String(request.headers['access-control-request-headers'] ?? '*');
    headers['access-control-max-age'] = '86400';
  }
  return { status: 204, headers, body: undefined, outcome: 'NONE', source: '' };
}

function withOptions(request: ProxyRequest, options: HandleOptions | undefined): ProxyRequest {
  if (options === undefined) return request;
  const { target = request.target, retryMissingAfter } = options;
  return { ...request, target, retryMissingAfter };
}

async function settle(
  answer: (request: ProxyRequest) => Promise<Answer>,
  request: ProxyRequest,
  options: ResolvedOptions,
): Promise<{ readonly given: Answer; readonly error: unknown }> {
  try {
    const given = await answer(request);
    const whole = options.preset.ownProblems === true ? await withRequestId(given, request.requestId) : given;
    return { given: whole, error: undefined };
  } catch (error) {
    return { given: problemAnswer(toProblem(error), request, options), error };
  }
}

function problemAnswer(problem: Problem, request: ProxyRequest, options: ResolvedOptions): Answer {
  const body = Buffer.from(problemBody(problem, request.requestId));
  const fwd = cameFromUpstream(problem) ? forwardReason(request.method, options) : undefined;
  const headers = {
    'cache-status': cacheStatus({ fwd, detail: problem.code }),
    'x-cache': fwd === 'miss' ? 'MISS' : 'BYPASS',
    ...(options.preset.cors ? CORS_HEADERS : {}),
    ...problemHeaders(problem),
    via: options.via,
    'x-request-id': request.requestId,
    'content-length': String(body.length),
  };
  return {
    status: problem.status,
    headers,
    body: request.method === 'HEAD' ? undefined : body,
    outcome: 'NONE',
    source: '',
  };
}

/** Whether the request was, or was to be, sent up; refusals are our own. */
const cameFromUpstream = ({ status, code }: Problem): boolean =>
  code !== 'not-cached' && (status === 429 || (status >= 502 && status <= 504));

function report(
  options: ResolvedOptions,
  request: ProxyRequest,
  answer: Answer,
  how: { readonly started: number; readonly error: unknown; readonly bytes: number },
): void {
  options.observer?.answered({
    requestId: request.requestId,
    method: request.method,
    target: request.target,
    status: request.signal.aborted && how.error !== undefined ? CLIENT_LEFT : answer.status,
    outcome: answer.outcome,
    source: answer.source,
    bytes: how.bytes,
    durationMs: performance.now() - how.started,
    error: how.error,
  });
}

function dispatcherOf(options: ResolvedOptions): UpstreamDispatcher {
  const { upstreams, preset } = options;
  if ('dispatch' in upstreams) return upstreams;
  const given = 'origins' in upstreams ? upstreams : { origins: upstreams };
  const admit = createAdmission({ contentTypes: options.contentTypes, maxBodyBytes: options.maxBodyBytes });
  return createUpstreamDispatcher({
    onExhausted: 'error',
    ...(preset.requestsPerSecond === undefined
      ? {}
      : { rateLimit: { requestsPerSecond: preset.requestsPerSecond, burst: preset.requestsPerSecond } }),
    transport: (origin, pooling) => new RelayPool(origin, pooling),
    admit: ({ statusCode, headers }, first) => admit(statusCode, headers, first),
    ...given,
  });
}
