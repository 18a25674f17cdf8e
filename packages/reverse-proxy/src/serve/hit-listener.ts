import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MemoryEntry, TieredCache } from '@forebay/cache-tiers';
import { evaluateConditions, ifRangeMatches, parseRange, varyKey } from '@forebay/cache-tiers/http';
import { assemble } from '../assemble.js';
import { keyPrefix } from '../cache-key.js';
import { asForwarded } from '../forward.js';
import type { ResolvedOptions } from '../options.js';
import type { Presentation } from '../presentation.js';
import { nextRequestId, requestIdOf } from '../request-id.js';
import type { StoredMeta } from '../upstream/stored-meta.js';
import { writtenFields } from './field-name.js';
import { CONDITIONAL, NAMED, PARTICULAR, scanFields } from './field-scan.js';
import { preparedHit, type PreparedHit } from './prepared-hit.js';
import { rawHeadersWork, sendPrepared, sendWhole, takesAtOnce } from './raw-header.js';

const NEVER = new AbortController().signal;

type Listener = (request: IncomingMessage, response: ServerResponse, options?: { readonly target?: string }) => boolean;

/**
 * A listener that answers what memory holds, at once, or declines by returning false without having touched anything.
 * A target is looked up as it was sent: keys are canonical, so only a canonical target can be found.
 */
export function createHitListener(
  options: ResolvedOptions,
  cache: TieredCache<StoredMeta>,
  presentation: Presentation,
): Listener {
  const prefix = keyPrefix(options.name);
  const { observer, preset } = options;
  const prepared = rawHeadersWork();

  const send = (
    response: ServerResponse,
    status: number,
    block: string,
    body: Uint8Array | undefined,
    requestId: string,
  ): true => {
    sendPrepared(response, status, block, body);
    observer?.hit(status, body?.length ?? 0, requestId);
    return true;
  };

  return (incoming, response, options) => {
    const { method } = incoming;
    const url = options?.target ?? incoming.url;
    if (url === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
    const fields = scanFields(incoming.rawHeaders);
    if ((fields & PARTICULAR) !== 0) return false;
    const entry = cache.getSync(prefix + url);
    if (entry === undefined) return false;
    const hit = preparedHit(entry, presentation);
    if (preset.ownProblems === true && hit.status >= 400) return false;
    if (hit.vary !== undefined && varyKey(hit.vary.names, asForwarded(preset, incoming.headers)) !== hit.vary.key)
      return false;
    // HTTP/2 has no header blocks that could be prepared; HTTP/1.0 clients that want to stay want to be told so.
    const { httpVersionMajor, httpVersionMinor } = incoming;
    if (!prepared || httpVersionMajor !== 1 || (response.shouldKeepAlive && httpVersionMinor !== 1))
      return answerPlainly(incoming, response, url, { entry, hit });

    const now = Date.now();
    // `headers` is built on first use: not touched unless it must be.
    const requestId = (fields & NAMED) === 0 ? nextRequestId() : requestIdOf(incoming.headers['x-request-id']);
    const { bytes } = entry;
    if ((fields & CONDITIONAL) !== 0 && hit.status === 200) {
      const representation = { status: 200, headers: hit.lasting, responseTime: entry.head.metadata.responseTime };
      const verdict = evaluateConditions({ method, url, headers: incoming.headers }, representation);
      if (verdict === 'not-modified') return send(response, 304, hit.notModified(now, requestId), undefined, requestId);
      // The long way words the refusals.
      if (verdict === 'precondition-failed') return false;
      const range =
        method === 'GET' && ifRangeMatches(incoming.headers, representation)
          ? parseRange(incoming.headers.range, bytes.length)
          : 'ignore';
      if (range === 'unsatisfiable') return false;
      if (range !== 'ignore')
        return send(
          response,
          206,
          hit.part(now, requestId, range.start, range.end),
          bytes.subarray(range.start, range.end + 1),
          requestId,
        );
    }
    if (method === 'GET' && response.shouldKeepAlive && takesAtOnce(response)) {
      const stamped = hit.stamped(now, requestId);
      if (stamped !== undefined && hit.image !== undefined) {
        if (!sendWhole(response, hit.status, stamped, hit.image.release)) hit.image.hold();
        observer?.hit(hit.status, bytes.length, requestId);
        return true;
      }
    }
    return send(response, hit.status, hit.whole(now, requestId), method === 'GET' ? bytes : undefined, requestId);
  };

  /** For HTTP/1.0 clients that keep the connection, and where blocks cannot be sent as they are. */
  function answerPlainly(
    incoming: IncomingMessage,
    response: ServerResponse,
    target: string,
    found: { readonly entry: MemoryEntry<StoredMeta>; readonly hit: PreparedHit },
  ): boolean {
    const { entry, hit } = found;
    const { bytes, head } = entry;
    const request = {
      method: incoming.method ?? 'GET',
      target,
      headers: incoming.headers,
      requestId: requestIdOf(incoming.headers['x-request-id']),
      signal: NEVER,
    };
    const body = { size: bytes.length, bytes, reader: unreachable };
    let answer;
    try {
      answer = assemble(
        request,
        { head, body, source: 'memory', state: 'fresh', collapsed: false, entry },
        { ...presentation, lasting: hit.lasting },
      );
    } catch {
      return false;
    }
    response.writeHead(answer.status, writtenFields(answer.headers));
    const sent = answer.body instanceof Uint8Array ? answer.body : undefined;
    response.end(sent);
    observer?.hit(answer.status, sent?.length ?? 0, request.requestId);
    return true;
  }
}

function unreachable(): never {
  throw new Error('a memory entry has all its bytes');
}
