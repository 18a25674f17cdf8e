import { setTimeout as sleep } from 'node:timers/promises';
import type { Lifetime, Loaded, LoadContext } from '@forebay/cache-tiers';
import {
  conditionalHeaders,
  lifetimes,
  storable,
  storableHeaders,
  stripHopByHop,
  sanitizeHeaders,
  updateApplies,
  updateStored,
  varyKey,
  varyNames,
  type CachePolicy,
  type HeaderRecord,
  type Headers,
} from '@forebay/cache-tiers/http';
import type { Dispatcher } from 'undici';
import type { ProxyRequest } from '../answer.js';
import type { KindPolicy } from '../policies.js';
import { Problem } from '../problem.js';
import type { UpstreamResponse } from './exchange.js';
import { exchangeFollowing, type Redirects } from './follow.js';
import type { StoredMeta } from './stored-meta.js';

export interface LoadRequest {
  readonly dispatcher: Dispatcher;
  readonly path: string;
  /** As they go upstream. */
  readonly headers: HeaderRecord;
  /** As the client sent them, for what may be stored; without the credentials where the key keeps them apart. */
  readonly clientHeaders: HeaderRecord;
  /** The request fields that `Vary` may name, as the upstream sees them. */
  readonly selecting: HeaderRecord;
  readonly policyFor: (contentType: string | undefined) => KindPolicy;
  /** Of the client whose request it is; those who join it get no hints. */
  readonly inform?: ProxyRequest['inform'];
  readonly maxBodyBytes: number;
  readonly cacheable: boolean;
  readonly redirects: Redirects | undefined;
  readonly retryMissingAfter: number | undefined;
  /** The part that is wanted; undefined for the whole. */
  readonly range: Part | undefined;
}

/** First and last byte, counted from 0. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

const NOT_FOUND = 404;
const SERVER_ERROR = 500;

const TOO_MANY_REQUESTS = 429;

/** Fetches for the cache: asks conditionally where there is a stale copy, and says what of the answer may be kept. */
export async function load(request: LoadRequest, context: LoadContext<StoredMeta>): Promise<Loaded<StoredMeta>> {
  const stale = context.stale;
  const conditions = stale ? conditionalHeaders(stale.head.metadata) : {};
  let response = await ask(request, context, conditions);
  if (response.status === 304 && stale) {
    if (updateApplies(stale.head.metadata, response)) {
      response.discard();
      return renewed(request, stale.head.metadata, response);
    }
    response.discard();
    response = await ask(request, context, {});
  }
  if (response.status === NOT_FOUND && request.retryMissingAfter !== undefined) {
    response.discard();
    await sleep(request.retryMissingAfter, undefined, { signal: context.signal });
    response = await ask(request, context, {});
  }
  if (stale && response.status >= SERVER_ERROR) {
    // Dispatchers that pass the last failing answer on have nothing better; the stale copy is better.
    response.discard();
    const status = response.status === 503 || response.status === 504 ? response.status : 502;
    throw new Problem(status, 'upstream-failed', `the upstream answered ${response.status}`);
  }
  if (isPart(request, response)) return judged(request, response);
  refuseUnusable(response);
  return judged(request, response);
}

/** Whether it is the very part that was asked for, or as much of it as there is. */
function isPart({ range }: LoadRequest, { status, headers }: UpstreamResponse): boolean {
  if (range === undefined || status !== 206) return false;
  const [, start, end, size] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(String(headers['content-range'] ?? '')) ?? [];
  return Number(start) === range.start && (Number(end) === range.end || Number(end) === Number(size) - 1);
}

function ask(
  request: LoadRequest,
  context: LoadContext<StoredMeta>,
  conditions: Record<string, string>,
): Promise<UpstreamResponse> {
  const { range } = request;
  const asked = {
    method: 'GET',
    path: request.path,
    headers: {
      ...request.headers,
      ...conditions,
      ...(range === undefined ? {} : { range: `bytes=${range.start}-${range.end}` }),
    },
    signal: context.signal,
    inform: request.inform,
    maxBodyBytes: request.maxBodyBytes,
  };
  return exchangeFollowing(request.dispatcher, asked, request.redirects);
}

function refuseUnusable(response: UpstreamResponse): void {
  const { status } = response;
  if (status === 304 || status === 206 || status > 599) {
    response.discard();
    throw new Problem(502, 'upstream-failed', `the upstream answered ${status} to a plain request`);
  }
  // Thrown rather than passed on, so that a stale copy may stand in for it.
  if (status === TOO_MANY_REQUESTS) {
    response.discard();
    throw new Problem(TOO_MANY_REQUESTS, 'upstream-rate-limit', 'the upstream limits the rate of requests', {
      retryAfterMs: retryAfterOf(response.headers['retry-after'], response.responseTime),
    });
  }
}

function judged(request: LoadRequest, response: UpstreamResponse): Loaded<StoredMeta> {
  const { status, requestTime, responseTime } = response;
  const size = sizeOf(response);
  const { policy, memoryTtl } = request.policyFor(contentTypeOf(response.headers));
  // Under a key that holds the range, a part is kept as a whole would be; a whole that came in its place is not.
  const asWhole = isPart(request, response) ? { ...response, status: 200 } : response;
  const verdict =
    request.cacheable &&
    !(request.range !== undefined && status === 200) &&
    !isPersonal(request.headers, response.headers, policy) &&
    storable({ method: 'GET', url: request.path, headers: request.clientHeaders }, asWhole, policy).store;
  if (!verdict) {
    const metadata = {
      status,
      headers: sanitizeHeaders(stripHopByHop(response.headers)),
      requestTime,
      responseTime,
      vary: undefined,
    };
    return { kind: 'pass', metadata, ...size, body: response.body };
  }
  const headers = varyingByCoding(storableHeaders(response.headers, responseTime));
  const metadata = { status, headers, requestTime, responseTime, vary: varyOf(headers, request.selecting) };
  return { kind: 'store', metadata, lifetime: lifetimeOf(metadata, policy, memoryTtl), ...size, body: response.body };
}

/**
 * Whether an answer may well be for one visitor only: one to a request with cookies, of which the origin does not say how
 * it may be kept. RFC 9111 would have it stored; origins of pages forget to say so, and Varnish keeps none either.
 */
function isPersonal(asked: HeaderRecord, answered: HeaderRecord, policy: CachePolicy): boolean {
  return (
    asked['cookie'] !== undefined &&
    policy.overrideTtlMs === undefined &&
    answered['cache-control'] === undefined &&
    answered['expires'] === undefined
  );
}

function renewed(request: LoadRequest, stored: StoredMeta, response: UpstreamResponse): Loaded<StoredMeta> {
  const updated = updateStored(stored, response);
  const metadata = { ...updated, vary: varyOf(updated.headers, request.selecting) };
  const { policy, memoryTtl } = request.policyFor(contentTypeOf(metadata.headers));
  return { kind: 'renew', metadata, lifetime: lifetimeOf(metadata, policy, memoryTtl) };
}

// An error is kept for seconds, and anyone can ask for as many as they like: not worth a place beside pictures.
const MEMORY_ONLY = { disk: 0, redis: 0 };

function lifetimeOf(meta: StoredMeta, policy: CachePolicy, memoryTtl: number | undefined): Lifetime {
  const now = Date.now();
  const stored = meta.status === 206 ? { ...meta, status: 200 } : meta;
  const until = lifetimes(stored, policy, now);
  // Stored only to be validated: its freshness may be over before it has begun.
  const freshUntil = Math.max(now, until.freshUntil);
  return {
    ttl: freshUntil - now,
    staleWhileRevalidate: Math.max(0, until.staleWhileRevalidateUntil - freshUntil),
    staleIfError: keptFor(stored, policy, Math.max(0, until.staleIfErrorUntil - freshUntil)),
    tierTtls: {
      ...(memoryTtl === undefined ? {} : { memory: memoryTtl }),
      ...(stored.status < 400 ? {} : MEMORY_ONLY),
    },
  };
}

/**
 * What was asked for in the coding that a client takes is not for a client that does not take it, though many an origin
 * forgets to say so.
 */
function varyingByCoding(headers: Headers): Headers {
  const names = varyNames(headers);
  if (headers['content-encoding'] === undefined || names === '*' || names.includes('accept-encoding')) return headers;
  return { ...headers, vary: [...names, 'Accept-Encoding'].join(', ') };
}

/**
 * How long past its lifetime an entry is kept: as long as it may stand in for an error, and where it can be validated as
 * long as the policy would have it stand in, even if its origin forbids that (`must-revalidate`). Whoever serves it then
 * asks whether it may.
 */
function keptFor(stored: StoredMeta, policy: CachePolicy, standsIn: number): number {
  const validates = stored.status < 400 && Object.keys(conditionalHeaders(stored)).length > 0;
  return validates ? Math.max(standsIn, policy.staleIfErrorMs) : standsIn;
}

function varyOf(headers: HeaderRecord, selecting: HeaderRecord): StoredMeta['vary'] {
  const names = varyNames(headers);
  if (names === '*' || names.length === 0) return undefined;
  return { names, key: varyKey(names, selecting) };
}

function sizeOf(response: UpstreamResponse): { readonly size?: number } {
  if (response.status === 204) return { size: 0 };
  const length = response.headers['content-length'];
  return typeof length === 'string' && /^\d{1,15}$/.test(length) ? { size: Number(length) } : {};
}

const contentTypeOf = (headers: HeaderRecord): string | undefined => {
  const value = headers['content-type'];
  return typeof value === 'string' ? value : value?.[0];
};

/** `Retry-After` in milliseconds: seconds or a date (RFC 9110 section 10.2.3). */
function retryAfterOf(value: string | readonly string[] | undefined, now: number): number {
  const text = String(value ?? '');
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 1000 : Math.max(0, date - now);
}
