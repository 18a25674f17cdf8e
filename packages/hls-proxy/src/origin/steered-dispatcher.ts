import type { EndpointOptions, Lease, LoadBalancer } from '@forebay/balancer';
import {
  createUpstreamDispatcher,
  type UpstreamDispatcher,
  type UpstreamDispatcherOptions,
  type UpstreamDispatchOptions,
} from '@forebay/balancer/undici';
import type { Dispatcher } from 'undici';

const NOBODY: ReadonlySet<string> = new Set();

/** A dispatcher that can be told whom not to ask first: a mirror that is behind is well, but of no use just now. */
export class SteeredDispatcher {
  readonly dispatcher: UpstreamDispatcher;
  readonly #avoid: { names: ReadonlySet<string> } | undefined;

  constructor(dispatcher: UpstreamDispatcher, avoid: { names: ReadonlySet<string> } | undefined) {
    this.dispatcher = dispatcher;
    this.#avoid = avoid;
  }

  /**
   * One that shares a balancer, and so circuits, weights and health, but has connections of its own.
   *
   * @param speed whether response times count; they do not where a request is meant to wait
   */
  static over(
    balancer: LoadBalancer<EndpointOptions>,
    options: UpstreamDispatcherOptions,
    speed: 'measured' | 'unmeasured',
  ): SteeredDispatcher {
    const avoid = { names: NOBODY };
    const view = viewOf(balancer, avoid, speed);
    return new SteeredDispatcher(createUpstreamDispatcher({ ...options, balancer: view }), avoid);
  }

  /** Whether it heeds `avoid`. */
  get steers(): boolean {
    return this.#avoid !== undefined;
  }

  /** The first attempt goes to none of those named, as long as there is anyone else. */
  dispatch(options: UpstreamDispatchOptions, handler: Dispatcher.DispatchHandler, avoid: ReadonlySet<string>): void {
    // A dispatcher takes its first origin before it returns, so this holds for just that choice.
    if (this.#avoid) this.#avoid.names = avoid;
    try {
      this.dispatcher.dispatch(options, handler);
    } finally {
      if (this.#avoid) this.#avoid.names = NOBODY;
    }
  }
}

function viewOf(
  balancer: LoadBalancer<EndpointOptions>,
  avoid: { readonly names: ReadonlySet<string> },
  speed: 'measured' | 'unmeasured',
): LoadBalancer<EndpointOptions> {
  const acquire: LoadBalancer<EndpointOptions>['acquire'] = (options) => {
    const exclude = new Set([...(options?.exclude ?? NOBODY), ...avoid.names]);
    const lease = (avoid.names.size > 0 ? balancer.acquire({ exclude }) : undefined) ?? balancer.acquire(options);
    return lease && speed === 'unmeasured' ? unmeasured(lease) : lease;
  };
  return new Proxy(balancer, {
    get(target, name): unknown {
      if (name === 'acquire') return acquire;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** Success without a response time; a failure stays one. */
function unmeasured(lease: Lease<EndpointOptions>): Lease<EndpointOptions> {
  return {
    endpoint: lease.endpoint,
    success: () => lease.release(),
    failure: (error) => lease.failure(error),
    release: () => lease.release(),
    outpaced: () => lease.release(),
  };
}
