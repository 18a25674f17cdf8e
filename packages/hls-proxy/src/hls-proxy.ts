import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UpstreamDispatcher } from '@forebay/balancer/undici';
import { Agent } from 'undici';
import { NodeDoor } from './doors/node-door.js';
import type { Parts } from './doors/parts.js';
import { answerWeb } from './doors/web-door.js';
import { Gate } from './gate.js';
import { type HlsProxyOptions, resolveOptions } from './options.js';
import { Documents } from './origin/documents.js';
import { UpstreamGroup } from './origin/upstream-group.js';
import { Prefetch } from './prefetch.js';
import { Reception } from './reception.js';
import { createSegments } from './segment/segments.js';
import type { Transfer } from './segment-door.js';
import { DocumentDesk } from './serve/document-desk.js';
import { LiveEdges, type StreamEdge } from './serve/live-edges.js';

/** What a web request does not say. */
export interface FetchOptions {
  /** The client's address. @default '127.0.0.1' */
  readonly address?: string;
}

/** An HLS proxy of one set of upstreams, with three doors: the web's `fetch`, `node:http`, and a fast one for hits. */
export interface HlsProxy {
  readonly name: string;
  /** Its upstreams: status, weights, circuits. */
  readonly upstreams: UpstreamDispatcher;
  /** Answers a web request; never rejects: what fails becomes a problem (RFC 9457). */
  fetch(request: Request, options?: FetchOptions): Promise<Response>;
  /** Answers a `node:http` request. Resolves when the answer is out; never rejects. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Answers at once a segment that memory holds, or declines: false, and nothing was sent. */
  listener(request: IncomingMessage, response: ServerResponse): boolean;
  /** How far live playlists have come in other processes. */
  heardEdges(edges: readonly StreamEdge[]): void;
  /** What is being sent now. */
  transfers(): readonly Transfer[];
  /** Closes the upstream connections; cache and access are their owners' to close. */
  close(): Promise<void>;
}

/** ms without a byte amid a document of another host. */
const FOREIGN_BODY_TIMEOUT = 15_000;
/** ms that an idle connection to another host is kept at most, whatever that would like. */
const FOREIGN_KEEP_ALIVE = 4000;
/** Other hosts with connections at once; as each of them goes soon, it takes thousands of new ones a second. */
const MOST_FOREIGN_HOSTS = 10_000;

/**
 * Makes an HLS proxy.
 *
 * @throws {TypeError | RangeError} when an option is wrong; the message names it.
 */
export function createHlsProxy(given: HlsProxyOptions): HlsProxy {
  const options = resolveOptions(given);
  const { access, via, now, lastCopyBytes, shareFor } = options;
  const group = new UpstreamGroup(options.upstreams);
  const foreign = new Agent({
    connect: options.connect,
    bodyTimeout: FOREIGN_BODY_TIMEOUT,
    keepAliveMaxTimeout: FOREIGN_KEEP_ALIVE,
    maxOrigins: MOST_FOREIGN_HOSTS,
  });
  const documents = new Documents({ group, foreign, maxBytes: options.maxPlaylistBytes, via });
  const segments = createSegments({ ...options, group, via: via.replace('1.1 ', '') });
  // With one upstream there is no choice that could be wrong.
  const edges = new LiveEdges(now, group.size > 1 ? options.tellEdges : undefined);
  const desk = new DocumentDesk({ documents, edges, access, group, via, now, lastCopyBytes, shareFor });
  const parts: Parts = {
    options,
    reception: new Reception(options),
    gate: new Gate(options.limits),
    desk,
    segments,
    prefetch: new Prefetch(options.cache === undefined ? 0 : options.prefetch, desk, segments),
  };
  const door = new NodeDoor(parts);
  return {
    name: options.name,
    upstreams: group.dispatcher,
    fetch: (request, { address = '127.0.0.1' } = {}) => answerWeb(parts, request, address),
    handle: (incoming, response) => door.handle(incoming, response),
    listener: (incoming, response) => door.listener(incoming, response),
    heardEdges: (news) => edges.heard(news),
    transfers: () => segments.transfers(),
    close: async () => {
      edges.close();
      await segments.close();
      await Promise.all([group.close(), foreign.close()]);
    },
  };
}
