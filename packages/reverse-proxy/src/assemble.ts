import type { Opened } from '@forebay/cache-tiers';
import {
  cacheStatus,
  contentRange,
  currentAgeSeconds,
  evaluateConditions,
  ifRangeMatches,
  parseRange,
  unsatisfiedRange,
  type ForwardReason,
  type Headers,
} from '@forebay/cache-tiers/http';
import type { Answer, CacheOutcome, ProxyRequest } from './answer.js';
import { BODILESS, lastingHeaders, notModifiedHeaders, type Presentation } from './presentation.js';
import { Problem } from './problem.js';
import type { StoredMeta } from './upstream/stored-meta.js';

const OUTCOMES: Readonly<Record<Opened['state'], CacheOutcome>> = {
  fresh: 'HIT',
  stale: 'STALE',
  loaded: 'MISS',
  revalidated: 'REVALIDATED',
  passed: 'MISS',
};

// A body that nobody reads is still fetched to its end when it will be stored and is not longer than this.
const WORTH_FINISHING_BYTES = 4 * 1024 * 1024;

/** Makes an answer of what the cache gave: conditions and a range are evaluated here, whatever the origin can do. */
export function assemble(
  request: ProxyRequest,
  opened: Opened<StoredMeta>,
  options: Presentation & {
    readonly lasting?: Headers;
    /** Why the request went up, if it did. @default 'miss' */
    readonly forwarded?: ForwardReason | undefined;
  },
): Answer {
  const stored = opened.head.metadata;
  const now = Date.now();
  const lasting = options.lasting ?? lastingHeaders(stored, opened.body.bytes, options);
  const outcome = options.forwarded === 'bypass' ? 'BYPASS' : OUTCOMES[opened.state];
  // What has just come from the origin is as old as the origin says, or says nothing of age.
  const justCame = opened.state === 'loaded' || opened.state === 'passed';
  const dynamic: Headers = {
    ...(justCame && stored.headers['age'] === undefined ? {} : { age: String(currentAgeSeconds(stored, now)) }),
    'cache-status': statusOf(opened, now, options.forwarded),
    'x-cache': outcome,
    'x-request-id': request.requestId,
  };
  const shared = { outcome, source: opened.source === 'load' ? 'upstream' : opened.source } as const;

  if (stored.status === 200) {
    const representation = { status: 200, headers: lasting, responseTime: stored.responseTime };
    const verdict = evaluateConditions(
      { method: request.method, url: request.target, headers: request.headers },
      representation,
    );
    if (verdict === 'not-modified') {
      leave(opened);
      return { status: 304, headers: { ...notModifiedHeaders(lasting), ...dynamic }, body: undefined, ...shared };
    }
    if (verdict === 'precondition-failed') {
      leave(opened);
      throw new Problem(412, 'precondition-failed', 'a condition of the request does not hold', {
        headers: whence(dynamic),
      });
    }
    const range = rangeOf(request, opened, lasting, dynamic);
    if (range) {
      const { start, end } = range;
      const headers = {
        ...lasting,
        ...dynamic,
        'content-range': contentRange(start, end, range.size),
        'content-length': String(end - start + 1),
      };
      const { bytes } = opened.body;
      return {
        status: 206,
        headers,
        body: bytes ? bytes.subarray(start, end + 1) : opened.body.reader({ start, end }),
        ...shared,
      };
    }
  }

  const headers: Headers = { ...lasting, ...dynamic };
  const bodiless = BODILESS.has(stored.status);
  if (opened.body.size !== undefined && !bodiless) headers['content-length'] = String(opened.body.size);
  if (request.method === 'HEAD' || bodiless) {
    leave(opened);
    return { status: stored.status, headers, body: undefined, ...shared };
  }
  return { status: stored.status, headers, body: opened.body.bytes ?? opened.body.reader(), ...shared };
}

function rangeOf(
  request: ProxyRequest,
  opened: Opened<StoredMeta>,
  lasting: Headers,
  dynamic: Headers,
): { readonly start: number; readonly end: number; readonly size: number } | undefined {
  const { size } = opened.body;
  if (request.method !== 'GET' || request.headers['range'] === undefined || size === undefined) return undefined;
  if (!ifRangeMatches(request.headers, { status: 200, headers: lasting })) return undefined;
  const range = parseRange(request.headers['range'], size);
  if (range === 'ignore') return undefined;
  if (range === 'unsatisfiable') {
    leave(opened);
    throw new Problem(416, 'range-not-satisfiable', `the range is outside of the ${size} bytes that there are`, {
      headers: { ...whence(dynamic), 'accept-ranges': 'bytes', 'content-range': unsatisfiedRange(size) },
    });
  }
  return { ...range, size };
}

/** Of an answer's fields those that a refusal made of a stored answer carries too. */
function whence(dynamic: Headers): Record<string, string> {
  return { 'cache-status': String(dynamic['cache-status']), 'x-cache': String(dynamic['x-cache']) };
}

function statusOf(opened: Opened<StoredMeta>, now: number, fwd: ForwardReason = 'miss'): string {
  const { status } = opened.head.metadata;
  const ttl = Math.floor((opened.head.freshUntil - now) / 1000);
  switch (opened.state) {
    case 'fresh':
      return cacheStatus({ hit: true, ttl, detail: opened.source });
    case 'stale':
      return opened.error === undefined
        ? cacheStatus({ hit: true, ttl, detail: opened.source })
        : cacheStatus({ fwd: 'stale', ttl, detail: opened.source });
    case 'revalidated':
      return cacheStatus({
        fwd: fwd === 'request' ? fwd : 'stale',
        fwdStatus: 304,
        ttl,
        stored: true,
        collapsed: opened.collapsed,
      });
    case 'loaded':
      return cacheStatus({ fwd, fwdStatus: status, stored: true, collapsed: opened.collapsed });
    case 'passed':
      return cacheStatus({ fwd, fwdStatus: status });
  }
}

/** Lets go of a body that will not be sent; what is being stored and nearly free to finish is finished. */
function leave(opened: Opened<StoredMeta>): void {
  if (opened.body.bytes !== undefined) return;
  const reader = opened.body.reader();
  const worthIt = opened.state === 'loaded' && (opened.body.size ?? Number.POSITIVE_INFINITY) <= WORTH_FINISHING_BYTES;
  if (!worthIt) {
    reader.cancel();
    return;
  }
  const drain = (): void => {
    try {
      let chunk = reader.read();
      while (chunk) chunk = reader.read();
      if (chunk === undefined) reader.onReadable = undefined;
    } catch {
      reader.cancel();
    }
  };
  reader.onReadable = drain;
  drain();
}
