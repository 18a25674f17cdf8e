import { Dispatcher, errors } from 'undici';
import { createBalancer } from '../balancer.js';
import type { LoadBalancer } from '../load-balancer.js';
import type { EndpointOptions } from '../endpoint.js';
import { Events } from '../events.js';
import type { EndpointStatus } from '../status.js';
import type { AttemptEvent, AttemptLimits } from './attempt-owner.js';
import { Call } from './call.js';
import type { CallContext } from './context.js';
import { Launcher } from './launcher.js';
import {
  type CallSettings,
  hasCallOptions,
  type OriginOptions,
  resolveCall,
  resolveSettings,
  type Settings,
  type UpstreamDispatcherOptions,
  type UpstreamDispatchOptions,
} from './options.js';
import type { PoolStatus } from './origin.js';
import { Origins } from './origins.js';
import { Slots } from './slots.js';
import { UpstreamRequest } from './upstream-request.js';

export interface OriginStatus extends EndpointStatus<EndpointOptions> {
  /** Scheme and host. */
  readonly url: string;
  readonly pool: PoolStatus;
}

/**
 * An undici dispatcher over many origins that serve the same: pools, balancing, fail-over, rate limits. The origin in a
 * request's URL is only a placeholder; the dispatcher picks the real one.
 */
export class UpstreamDispatcher extends Dispatcher {
  readonly #context: CallContext;
  readonly #calls = new Set<Call>();
  readonly #onIdle: (() => void)[] = [];

  /** @throws TypeError or RangeError that names the option and its value */
  constructor(options: UpstreamDispatcherOptions) {
    super();
    const settings = resolveSettings(options);
    const origins = new Origins(options.origins, settings);
    const endpoints = [...origins.values()].map(({ name, weight, priority }) => ({ name, weight, priority }));
    this.#context = {
      settings,
      launcher: new Launcher(balancerOver(endpoints, options.balancer), origins),
      slots: new Slots(settings.maxConnections),
      limits: limitsOf(settings, settings, {}),
      events: new Events(),
      closed: false,
    };
  }

  /** The balancer behind it, for health, holds, weights and its own events. */
  get balancer(): LoadBalancer<EndpointOptions> {
    return this.#context.launcher.balancer;
  }

  override dispatch(options: UpstreamDispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const context = this.#context;
    const settings = settingsOf(context.settings, options);
    const plain = settings === context.settings && !hasTimeouts(options);
    const limits = plain ? context.limits : limitsOf(context.settings, settings, options);
    const call = new Call(context, new UpstreamRequest(options), settings, limits, handler, this.#onCallEnd);
    this.#calls.add(call);
    if (context.closed) call.fail(new errors.ClientClosedError());
    else call.start();
    return true;
  }

  /** Hears of every attempt; returns a function that ends it. */
  listen(listener: (event: AttemptEvent) => void): () => void {
    return this.#context.events.on('attempt', listener);
  }

  /** What the balancer and the pools know of each origin. */
  status(): readonly OriginStatus[] {
    return this.balancer.status().flatMap((status) => {
      const origin = this.#context.launcher.origins.get(status.name);
      return origin === undefined ? [] : [{ ...status, url: origin.base, pool: origin.poolStatus() }];
    });
  }

  /** @throws TypeError or RangeError, also if its name is taken */
  addOrigin(options: string | OriginOptions): void {
    const { name, weight, priority } = this.#context.launcher.origins.add(options);
    this.balancer.add({ name, weight, priority });
  }

  /** Takes an origin out; what is on its way there ends in peace. */
  async removeOrigin(name: string): Promise<void> {
    this.balancer.remove(name);
    await this.#context.launcher.origins.remove(name)?.pool.close();
  }

  /** Takes nothing new, waits for what is on its way, and closes all connections. */
  override close(): Promise<void>;
  override close(callback: () => void): void;
  override close(callback?: () => void): Promise<void> | void {
    const closed = this.#close();
    if (callback === undefined) return closed;
    void closed.finally(callback);
  }

  /** Ends everything at once. */
  override destroy(error?: Error | null): Promise<void>;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(given?: Error | null | (() => void), callback?: () => void): Promise<void> | void {
    const error = typeof given === 'function' ? null : (given ?? null);
    const done = typeof given === 'function' ? given : callback;
    this.#context.closed = true;
    for (const call of this.#calls) call.fail(error ?? new errors.ClientDestroyedError());
    const destroyed = this.#context.launcher.origins.destroy(error);
    if (done === undefined) return destroyed;
    void destroyed.finally(done);
  }

  async #close(): Promise<void> {
    this.#context.closed = true;
    if (this.#calls.size > 0) await new Promise<void>((idle) => this.#onIdle.push(idle));
    await this.#context.launcher.origins.close();
  }

  readonly #onCallEnd = (call: Call): void => {
    this.#calls.delete(call);
    if (this.#calls.size === 0) for (const idle of this.#onIdle.splice(0)) idle();
  };
}

type Timeouts = Pick<UpstreamDispatchOptions, 'headersTimeout' | 'bodyTimeout'>;

function hasTimeouts({ headersTimeout, bodyTimeout }: Timeouts): boolean {
  return typeof headersTimeout === 'number' || typeof bodyTimeout === 'number';
}

/** One dispatch that may wait longer for its answer has as much more time in all. */
function settingsOf(settings: Settings, options: UpstreamDispatchOptions): CallSettings {
  const { headersTimeout, deadline } = options;
  const own = hasCallOptions(options) ? resolveCall(options, settings) : settings;
  if (typeof headersTimeout !== 'number' || deadline !== undefined || own.deadline === 0) return own;
  if (headersTimeout === 0) return { ...own, deadline: 0 };
  return headersTimeout > own.deadline ? { ...own, deadline: headersTimeout } : own;
}

function limitsOf(settings: Settings, call: CallSettings, { headersTimeout, bodyTimeout }: Timeouts): AttemptLimits {
  const forHead = headersTimeout ?? settings.headersTimeout;
  return {
    headersTimeout: forHead === 0 ? Infinity : forHead,
    bodyTimeout: bodyTimeout ?? settings.bodyTimeout,
    maxRedirects: call.maxRedirects,
    maxResponseHeaders: settings.maxResponseHeaders,
  };
}

/** A new balancer, or the one given with the origins that it does not know yet. */
function balancerOver(
  endpoints: readonly EndpointOptions[],
  given: UpstreamDispatcherOptions['balancer'] = {},
): LoadBalancer<EndpointOptions> {
  if (!('acquire' in given)) return createBalancer<EndpointOptions>({ ...given, endpoints });
  const known = new Set(given.status().map(({ name }) => name));
  for (const endpoint of endpoints) if (!known.has(endpoint.name)) given.add(endpoint);
  return given;
}

/**
 * Makes a dispatcher over `origins`.
 *
 * @throws TypeError or RangeError that names the option and its value
 */
export function createUpstreamDispatcher(options: UpstreamDispatcherOptions): UpstreamDispatcher {
  return new UpstreamDispatcher(options);
}
