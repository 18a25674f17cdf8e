import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UpstreamDispatcherOptions } from '@forebay/balancer/undici';
import type { TieredCache } from '@forebay/cache-tiers';
import { Problem, type Redirects, reset, type ReverseProxyObserver, type StoredMeta } from '@forebay/reverse-proxy';
import type { UpstreamGroup } from '../origin/upstream-group.js';
import type { SegmentDoor, SegmentRequest } from '../segment-door.js';
import { ForeignHosts } from './foreign-hosts.js';
import { SegmentRoute } from './segment-route.js';
import { Transfers } from './transfers.js';

export interface SegmentsOptions {
  /** Names the route in keys, logs and metrics. */
  readonly name: string;
  /** Our own upstreams: who is asked, and what is theirs. */
  readonly group: Pick<UpstreamGroup, 'dispatcher' | 'locate' | 'urlOf'>;
  /** Where segments are kept; undefined: nowhere. */
  readonly cache: TieredCache<StoredMeta> | undefined;
  /** Connects to hosts that playlists and redirects name, or refuses to. */
  readonly connect: NonNullable<UpstreamDispatcherOptions['connect']>;
  /** How long segments are kept, in ms. @default 5 minutes in memory, 10 in all */
  readonly lifetimes?: { readonly memory: number; readonly ttl: number };
  /** Other hosts whose connections are kept. @default 64 */
  readonly maxHosts?: number;
  /** A client that takes less than 64 KB in so long is cut off, in ms. */
  readonly sendTimeout: number;
  /** What `Via` says after `1.1`. */
  readonly via: string;
  /** Hears of every answer; targets have no query there. */
  readonly observer?: ReverseProxyObserver | undefined;
  /** ms since the epoch. @default Date.now */
  readonly now?: () => number;
}

const MINUTE = 60_000;
const LIFETIMES = { memory: 5 * MINUTE, ttl: 10 * MINUTE };
const MAX_HOSTS = 64;
/** Of a target duration: how much later a segment at the live edge is asked for once more. */
const EDGE_SHARE = 1 / 4;
// Where no playlist has said what it is, its name must: a key must not be kept.
const MEDIA = /\.(?:ts|m2ts|m4[asvf]|mp[34]|cmf[atv]|aac|ac3|ec3|vtt|webvtt|ttml)$/i;

/** Makes what serves segments, keys, init sections and subtitles: from the cache, or as they come from whoever has them. */
export function createSegments(options: SegmentsOptions): SegmentDoor {
  const { name, group, cache, sendTimeout, via, observer } = options;
  const { memory: memoryTtl, ttl } = options.lifetimes ?? LIFETIMES;
  const common = { name, cache, memoryTtl, ttl, sendTimeout, via, observer };
  const foreign = new ForeignHosts({ ...common, connect: options.connect, maxHosts: options.maxHosts ?? MAX_HOSTS });
  const redirects: Redirects = (location, from) => {
    const base = group.urlOf(from, undefined);
    if (!URL.canParse(location, base.href)) return undefined;
    const resource = group.locate(new URL(location, base));
    if ('local' in resource) return { dispatcher: group.dispatcher, path: resource.local };
    const route = foreign.routeFor(resource.foreign);
    return route && { dispatcher: route.upstreams, path: pathOf(resource.foreign) };
  };
  const local = new SegmentRoute({ ...common, host: undefined, upstreams: group.dispatcher, redirects });
  const transfers = new Transfers(options.now ?? Date.now);

  const find = (target: string | URL): SegmentRoute | undefined =>
    typeof target === 'string' ? local : foreign.routeFor(target);
  const routeFor = (target: string | URL): SegmentRoute => {
    const route = find(target);
    if (route === undefined) throw new Problem(403, 'forbidden', 'this address is not fetched');
    return route;
  };

  return {
    async handle(incoming, response, request) {
      const { session, target } = request;
      const transfer = transfers.begin(session, target);
      const hangUp = session.onEnd(() => reset(response));
      try {
        await routeFor(target)
          .proxy(isKept(request))
          .handle(incoming, response, { ...handlingOf(request), onBytes: transfer.sent });
      } finally {
        hangUp();
        transfer.end();
      }
    },
    listener(incoming: IncomingMessage, response: ServerResponse, request: SegmentRequest): boolean {
      if (!isKept(request) || request.session.ended) return false;
      const route = find(request.target);
      if (route?.proxy(true).listener(incoming, response, { target: pathOf(request.target) }) !== true) return false;
      const { session, target } = request;
      // Mostly the kernel has taken it all by now.
      if ((response.socket?.writableLength ?? 0) === 0) session.addBytes(route.hitBytes);
      else {
        const transfer = transfers.begin(session, target);
        transfer.sent(route.hitBytes);
        const hangUp = session.onEnd(() => reset(response));
        response.once('close', () => {
          hangUp();
          transfer.end();
        });
      }
      return true;
    },
    async fetch(request, segment, onOver) {
      const { session, target } = segment;
      const proxy = routeFor(target).proxy(isKept(segment));
      const transfer = transfers.begin(session, target);
      const ended = new AbortController();
      const hangUp = session.onEnd(() => ended.abort());
      const over = (): void => {
        hangUp();
        transfer.end();
        onOver?.();
      };
      const response = await proxy.fetch(request, { ...handlingOf(segment), onBytes: transfer.sent });
      if (response.body === null) {
        over();
        return response;
      }
      const passage = new TransformStream<Uint8Array, Uint8Array>();
      response.body.pipeTo(passage.writable, { signal: ended.signal }).then(over, over);
      return new Response(passage.readable, response);
    },
    transfers: () => transfers.list(),
    close: () => foreign.close(),
  };
}

function isKept({ kind, target }: SegmentRequest): boolean {
  if (kind !== undefined) return kind === 'segment';
  return MEDIA.test(typeof target === 'string' ? target.replace(/\?.*$/s, '') : target.pathname);
}

function handlingOf({ kind, target, targetDuration }: SegmentRequest): {
  readonly target: string;
  readonly retryMissingAfter: number | undefined;
} {
  const atEdge = kind !== 'key' && targetDuration !== undefined;
  return { target: pathOf(target), retryMissingAfter: atEdge ? targetDuration * EDGE_SHARE : undefined };
}

const pathOf = (target: string | URL): string =>
  typeof target === 'string' ? target : target.pathname + target.search;
