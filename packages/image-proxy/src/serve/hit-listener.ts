import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TieredCache } from '@forebay/cache-tiers';
import { varyKey } from '@forebay/cache-tiers/http';
import { assemble } from '../assemble.js';
import { keyPrefix } from '../cache-key.js';
import { asForwarded } from '../forward.js';
import type { ResolvedOptions } from '../options.js';
import type { Presentation } from '../presentation.js';
import { nextRequestId, requestIdOf } from '../request-id.js';
import type { StoredMeta } from '../upstream/stored-meta.js';
import { CONDITIONAL, NAMED, PARTICULAR, scanFields } from './field-scan.js';
import { writtenFields } from './field-name.js';
import { preparedHit, type PreparedHit } from './prepared-hit.js';
import { rawHeadersWork, sendPrepared } from './raw-header.js';

const NEVER = new AbortController().signal;

/**
 * A listener that answers what memory holds, at once, or declines by returning false without having touched anything.
 * A target is looked up as it was sent: keys are canonical, so only a canonical target can be found.
 */
export function createHitListener(
  options: ResolvedOptions,
  cache: TieredCache<StoredMeta>,
  presentation: Presentation,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const prefix = keyPrefix(options.name);
  const { observer } = options;
  const prepared = rawHeadersWork();

  const varies = (hit: PreparedHit, incoming: IncomingMessage): boolean =>
    hit.vary !== undefined && varyKey(hit.vary.names, asForwarded(options.preset, incoming.headers)) !== hit.vary.key;

  return (incoming, response) => {
    const { method, url } = incoming;
    if (url === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
    const fields = scanFields(incoming.rawHeaders);
    if ((fields & PARTICULAR) !== 0) return false;
    const entry = cache.getSync(prefix + url);
    if (entry === undefined) return false;
    const hit = preparedHit(entry, presentation);
    if (varies(hit, incoming)) return false;

    if (
      prepared &&
      (fields & CONDITIONAL) === 0 &&
      method === 'GET' &&
      response.shouldKeepAlive &&
      incoming.httpVersionMinor === 1
    ) {
      // `headers` is built on first use: not touched unless it must be.
      const requestId = (fields & NAMED) === 0 ? nextRequestId() : requestIdOf(incoming.headers['x-request-id']);
      sendPrepared(response, hit.status, hit.block(Date.now(), requestId), entry.bytes);
      observer?.hit(hit.status, entry.bytes.length);
      return true;
    }
    return answerWorkedOut(incoming, response, entry, hit, fields);
  };

  function answerWorkedOut(
    incoming: IncomingMessage,
    response: ServerResponse,
    entry: NonNullable<ReturnType<typeof cache.getSync>>,
    hit: PreparedHit,
    fields: number,
  ): boolean {
    const { bytes, head } = entry;
    const request = {
      method: incoming.method ?? 'GET',
      target: incoming.url ?? '/',
      headers: incoming.headers,
      requestId: requestIdOf(incoming.headers['x-request-id']),
      signal: NEVER,
    };
    const body = { size: bytes.length, bytes, reader: (): never => unreachable() };
    let answer;
    try {
      answer = assemble(
        request,
        { head, body, source: 'memory', state: 'fresh', collapsed: false, entry },
        { ...presentation, lasting: hit.lasting },
      );
    } catch (problem) {
      // 412 and 416: the route words them.
      if ((fields & CONDITIONAL) !== 0) return false;
      throw problem;
    }
    response.writeHead(answer.status, writtenFields(answer.headers));
    const sent = answer.body instanceof Uint8Array ? answer.body : undefined;
    response.end(sent);
    observer?.hit(answer.status, sent?.length ?? 0);
    return true;
  }
}

function unreachable(): never {
  throw new Error('a memory entry has all its bytes');
}
