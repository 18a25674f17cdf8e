import { createBalancer, type EndpointOptions, type LoadBalancer } from '@forebay/balancer';
import {
  createUpstreamDispatcher,
  type OriginOptions,
  type UpstreamDispatcher,
  type UpstreamDispatcherOptions,
} from '@forebay/balancer/undici';
import { RelayPool } from '@forebay/reverse-proxy';
import type { Resource } from '../access/admission.js';
import { SteeredBalancer, SteeredDispatcher } from './steered-dispatcher.js';

/** Origins as strings, or the whole of the dispatcher's options, or a dispatcher of one's own making. */
export type Upstreams = readonly (string | OriginOptions)[] | UpstreamDispatcherOptions | UpstreamDispatcher;

/** Most blocking reloads that wait at one origin; each holds a connection. */
const BLOCKING_CONNECTIONS = 1000;

interface Mirror {
  readonly name: string;
  /** Scheme, host and port. */
  readonly base: string;
  /** Path that all of its requests go below, without a slash at its end; mostly empty. */
  readonly basePath: string;
}

/** The proxy's own upstreams: mirrors of the same streams, so that a path means the same on each of them. */
export class UpstreamGroup {
  /** For what is quick to be answered. */
  readonly dispatcher: UpstreamDispatcher;
  /** The same, but that it may be said whom not to ask. */
  readonly prompt: SteeredDispatcher;
  /** For what waits upstream: connections of its own, and its waits say nothing of anyone's speed. */
  readonly blocking: SteeredDispatcher;
  readonly #mirrors: readonly Mirror[];
  readonly #made: readonly UpstreamDispatcher[];

  /** @throws {TypeError | RangeError} when an option of the dispatcher is wrong. */
  constructor(upstreams: Upstreams) {
    if ('dispatch' in upstreams) {
      this.dispatcher = upstreams;
      this.prompt = new SteeredDispatcher(upstreams);
      this.blocking = this.prompt;
      this.#mirrors = upstreams.status().map(({ name, url }) => mirrorOf({ name, url }));
      this.#made = [];
      return;
    }
    const options: UpstreamDispatcherOptions = 'origins' in upstreams ? upstreams : { origins: upstreams };
    const balancer = balancerOf(options);
    const prompt = new SteeredBalancer(balancer, 'measured');
    const blocking = new SteeredBalancer(balancer, 'unmeasured');
    this.dispatcher = createUpstreamDispatcher({
      transport: (origin, pooling) => new RelayPool(origin, pooling),
      ...options,
      balancer: prompt.view,
    });
    const waiting = createUpstreamDispatcher({
      ...options,
      origins: options.origins.map((origin) =>
        typeof origin === 'string' ? origin : { ...origin, connections: BLOCKING_CONNECTIONS },
      ),
      connections: BLOCKING_CONNECTIONS,
      maxConnections: Number.POSITIVE_INFINITY,
      hedgeAfter: 0,
      balancer: blocking.view,
    });
    this.prompt = new SteeredDispatcher(this.dispatcher, prompt);
    this.blocking = new SteeredDispatcher(waiting, blocking);
    this.#mirrors = options.origins.map((origin) => mirrorOf(typeof origin === 'string' ? { url: origin } : origin));
    this.#made = [this.dispatcher, waiting];
  }

  get size(): number {
    return this.#mirrors.length;
  }

  /** What a URL names: a path of ours, if it is on one of our upstreams, whichever. */
  locate(url: URL): Resource {
    for (const { base, basePath } of this.#mirrors) {
      if (url.origin !== base || url.username !== '') continue;
      if (basePath === '') return { local: url.pathname + url.search };
      if (url.pathname.startsWith(`${basePath}/`)) return { local: url.pathname.slice(basePath.length) + url.search };
    }
    const foreign = new URL(url);
    foreign.hash = '';
    return { foreign };
  }

  /** The URL of a path on the mirror of that name. */
  urlOf(local: string, name: string | undefined): URL {
    const mirror = this.#mirrors.find((each) => each.name === name) ?? this.#mirrors[0];
    return new URL((mirror?.base ?? 'http://upstream.invalid') + (mirror?.basePath ?? '') + local);
  }

  async close(): Promise<void> {
    await Promise.all(this.#made.map((dispatcher) => dispatcher.close()));
  }
}

function mirrorOf(options: OriginOptions): Mirror {
  const url = new URL(options.url);
  return { name: options.name ?? url.host, base: url.origin, basePath: url.pathname.replace(/\/+$/, '') };
}

function balancerOf({ balancer = {}, origins }: UpstreamDispatcherOptions): LoadBalancer<EndpointOptions> {
  if ('acquire' in balancer) return balancer;
  const endpoints = origins.map((origin) => {
    const options: OriginOptions = typeof origin === 'string' ? { url: origin } : origin;
    return { name: mirrorOf(options).name, weight: options.weight ?? 1, priority: options.priority ?? 1 };
  });
  return createBalancer<EndpointOptions>({ ...balancer, endpoints });
}
