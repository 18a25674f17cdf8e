import { createHash } from 'node:crypto';
import type { UpstreamDispatcher } from '@forebay/balancer/undici';
import type { TieredCache } from '@forebay/cache-tiers';
import {
  type AnsweredRequest,
  createReverseProxy,
  type Redirects,
  type ReverseProxy,
  type ReverseProxyObserver,
  type StoredMeta,
} from '@forebay/reverse-proxy';
import { segmentPreset } from './segment-preset.js';

export interface SegmentRouteOptions {
  readonly name: string;
  /** Another host's scheme and host; undefined for our own upstreams. */
  readonly host: string | undefined;
  readonly upstreams: UpstreamDispatcher;
  readonly cache: TieredCache<StoredMeta> | undefined;
  /** ms in memory. */
  readonly memoryTtl: number;
  /** ms in all. */
  readonly ttl: number;
  readonly sendTimeout: number;
  readonly via: string;
  readonly redirects: Redirects;
  readonly observer: ReverseProxyObserver | undefined;
}

/** Viewers who wait at the live edge ask again and again: an origin hears of it twice a second. */
const MISSING_TTL = 500;

/** What is on one set of mirrors, or on one other host: a caching route, and one that keeps nothing. */
export class SegmentRoute {
  readonly upstreams: UpstreamDispatcher;
  readonly #kept: ReverseProxy;
  readonly #passed: ReverseProxy;
  /** Body bytes of the last hit that the listener answered. */
  hitBytes = 0;

  constructor(options: SegmentRouteOptions) {
    const { host, upstreams, cache, sendTimeout, via, redirects, ttl } = options;
    this.upstreams = upstreams;
    const name = host === undefined ? options.name : `${options.name.slice(0, 40)}.${digest(host)}`;
    const common = {
      name,
      upstreams,
      sendTimeout,
      via,
      redirects,
      preset: segmentPreset,
      observer: this.#observer(options),
    };
    this.#passed = createReverseProxy(common);
    this.#kept =
      cache === undefined
        ? this.#passed
        : createReverseProxy({
            ...common,
            cache,
            lifetimes: { other: { memory: options.memoryTtl, ttl } },
            negativeTtl: MISSING_TTL,
            staleWhileRevalidate: 0,
            staleIfError: ttl,
          });
  }

  /** @param keep whether it may be kept */
  proxy(keep: boolean): ReverseProxy {
    return keep ? this.#kept : this.#passed;
  }

  /** Queries hold what lets one in, at other hosts as well. */
  #observer({ host = '', observer }: SegmentRouteOptions): ReverseProxyObserver {
    const shown = (target: string): string => host + target.replace(/\?.*$/s, '');
    return {
      hit: (status, bytes, requestId) => {
        this.hitBytes = bytes;
        observer?.hit(status, bytes, requestId);
      },
      answered: (answer: AnsweredRequest) => observer?.answered({ ...answer, target: shown(answer.target) }),
    };
  }
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
