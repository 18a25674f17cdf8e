import type { EndpointOptions, Lease, LoadBalancer } from '@forebay/balancer';
import type { UpstreamDispatcher, UpstreamDispatchOptions } from '@forebay/balancer/undici';
import type { Dispatcher } from 'undici';

const NOBODY: ReadonlySet<string> = new Set();

type Balancer = LoadBalancer<EndpointOptions>;

/** A balancer as one dispatcher sees it: with the same circuits, weights and health, but it may be told whom to avoid. */
export class SteeredBalancer {
  readonly view: Balancer;
  #avoided: ReadonlySet<string> = NOBODY;

  /** @param speed whether response times count; they do not where a request is meant to wait */
  constructor(balancer: Balancer, speed: 'measured' | 'unmeasured') {
    const acquire: Balancer['acquire'] = (options) => {
      const others = this.#others(balancer, options?.exclude);
      const lease = others ?? balancer.acquire(options);
      return lease && speed === 'unmeasured' ? unmeasured(lease) : lease;
    };
    this.view = new Proxy(balancer, {
      get(target, name): unknown {
        if (name === 'acquire') return acquire;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  /** What is acquired before `take` returns is none of those named, as long as there is anyone else. */
  avoiding(names: ReadonlySet<string>, take: () => void): void {
    this.#avoided = names;
    try {
      take();
    } finally {
      this.#avoided = NOBODY;
    }
  }

  #others(balancer: Balancer, tried: ReadonlySet<string> = NOBODY): Lease<EndpointOptions> | undefined {
    if (this.#avoided.size === 0) return undefined;
    return balancer.acquire({ exclude: new Set([...tried, ...this.#avoided]) });
  }
}

/** A dispatcher that can be told whom not to ask first: a mirror that is behind is well, but of no use just now. */
export class SteeredDispatcher {
  readonly dispatcher: UpstreamDispatcher;
  readonly #balancer: SteeredBalancer | undefined;

  /** @param balancer the one whose view the dispatcher was made with; undefined: nobody can be avoided */
  constructor(dispatcher: UpstreamDispatcher, balancer?: SteeredBalancer) {
    this.dispatcher = dispatcher;
    this.#balancer = balancer;
  }

  dispatch(options: UpstreamDispatchOptions, handler: Dispatcher.DispatchHandler, avoid: ReadonlySet<string>): void {
    const dispatch = (): void => void this.dispatcher.dispatch(options, handler);
    // A dispatcher takes its first origin before it returns.
    if (this.#balancer) this.#balancer.avoiding(avoid, dispatch);
    else dispatch();
  }
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
