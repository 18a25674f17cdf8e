import type { IncomingHttpHeaders } from 'node:http';
import { type buildConnector, type Dispatcher, Pool } from 'undici';
import type { LoadBalancer } from '../load-balancer.js';
import type { EndpointOptions } from '../endpoint.js';
import type { BalancerOptions } from '../options.js';

/** At most so many requests go to an origin; the rest wait or go elsewhere. */
export interface RateLimit {
  /** Above 0. */
  readonly requestsPerSecond: number;
  /** Requests that may go at once after a pause. @default requestsPerSecond, rounded up */
  readonly burst?: number;
  /** Requests that may wait for their turn. @default 1000 */
  readonly maxQueue?: number;
}

export interface OriginOptions {
  /** Unique. @default the URL's host */
  readonly name?: string;
  /** Scheme and host, with a base path if all requests go below one. */
  readonly url: string | URL;
  /** @default 1 */
  readonly weight?: number;
  /** 1 comes before 2. @default 1 */
  readonly priority?: number;
  /** An outbound proxy for this origin, or `false` for none. @default as `proxy` of the dispatcher says */
  readonly proxy?: string | false;
  /** HTTP/2 where the origin offers it over TLS. @default as of the dispatcher */
  readonly http2?: boolean;
  /** @default as of the dispatcher */
  readonly connections?: number;
  /** Request headers that are added where the request has none of that name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** @default as of the dispatcher */
  readonly rateLimit?: RateLimit;
}

/** What `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say. */
export interface ProxyOptions {
  readonly http?: string;
  readonly https?: string;
  readonly noProxy?: string;
}

/** The head of an answer that is about to be passed on. */
export interface ResponseHead {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  /** The name of the origin that answered. */
  readonly origin: string;
}

/**
 * Looks at the head and the first bytes of an answer (undefined: it has none). An Error makes it a failure of that
 * origin, and another one is tried.
 */
export type Admit = (head: ResponseHead, firstChunk: Buffer | undefined) => Error | undefined;

/** What may also be set for one dispatch (`request(url, { dispatcher, ... })` hands it on). */
export interface UpstreamCallOptions {
  /** ms until the answer starts, all attempts together; 0: no limit. @default 15_000 */
  readonly deadline?: number;
  /** Origins tried for one request, the first included. @default 3 */
  readonly maxAttempts?: number;
  /** ms without an answer after which another origin is asked as well; 0: never. @default 0 */
  readonly hedgeAfter?: number;
  /** Resumes a body that breaks off where that is safe. @default true */
  readonly resume?: boolean;
  /** Redirects followed for `GET` and `HEAD`; 0 passes them on. @default 0 */
  readonly maxRedirects?: number;
  /** @default none */
  readonly admit?: Admit;
}

export type UpstreamDispatchOptions = Dispatcher.DispatchOptions &
  UpstreamCallOptions & {
    /**
     * Lets a transport lend chunks rather than give them: each is the handler's until it returns or, if it has paused
     * the controller by then, until it resumes it.
     * @default false
     */
    readonly lend?: boolean;
  };

/** Makes the connections to one origin: undici's `Pool`, or what does the same in another way. */
export type Transport = (
  origin: string,
  options: Pool.Options,
) => Dispatcher & { readonly stats?: { readonly connected: number } };

export interface UpstreamDispatcherOptions extends UpstreamCallOptions {
  /** At least one. */
  readonly origins: readonly (string | OriginOptions)[];
  /** Options of the balancer behind it, or one that exists. @default a balancer with its defaults */
  readonly balancer?: Omit<BalancerOptions<EndpointOptions>, 'endpoints'> | LoadBalancer<EndpointOptions>;
  /** Connections to one origin. @default 30 */
  readonly connections?: number;
  /** Requests on their way in all; more wait for their turn within the deadline. @default unlimited */
  readonly maxConnections?: number;
  /** ms. @default 5_000 */
  readonly connectTimeout?: number;
  /** ms for one attempt until its answer starts. @default 5_000 */
  readonly headersTimeout?: number;
  /** ms without a byte amid a body; 0: no limit. @default 30_000 */
  readonly bodyTimeout?: number;
  /** ms that an idle connection is kept, unless the origin says less. @default 30_000 */
  readonly keepAliveTimeout?: number;
  /** Statuses after which another origin is tried, and that count as failures. @default 500, 502, 503, 504 */
  readonly retryStatuses?: readonly number[];
  /** What the last failing answer of all becomes: it passes, or is an error. @default 'pass' */
  readonly onExhausted?: 'pass' | 'error';
  /** Longest time that an origin's `Retry-After` is heeded, ms. @default 60_000 */
  readonly maxHold?: number;
  /** For each origin that has none of its own. @default none */
  readonly rateLimit?: RateLimit;
  /** Outbound proxies. @default none; the environment is not read */
  readonly proxy?: ProxyOptions;
  /** How every direct connection is made: undici's `connect`, such as `@forebay/guard`'s connector. @default undici's own */
  readonly connect?: buildConnector.connector | buildConnector.BuildOptions;
  /** @default false: bodies are quicker over HTTP/1.1 */
  readonly http2?: boolean;
  /** Makes the connections to origins that are reached without a proxy and without HTTP/2. @default undici's `Pool` */
  readonly transport?: Transport;
  /** Header fields that an answer may have. @default 200 */
  readonly maxResponseHeaders?: number;
}

/** {@link UpstreamCallOptions} with nothing left open. */
export interface CallSettings {
  readonly deadline: number;
  readonly maxAttempts: number;
  readonly hedgeAfter: number;
  readonly resume: boolean;
  readonly maxRedirects: number;
  readonly admit: Admit | undefined;
}

/** {@link UpstreamDispatcherOptions} with nothing left open; origins and balancer apart. */
export interface Settings extends CallSettings {
  readonly connections: number;
  readonly maxConnections: number;
  readonly connectTimeout: number;
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
  readonly keepAliveTimeout: number;
  readonly retryStatuses: ReadonlySet<number>;
  readonly onExhausted: 'pass' | 'error';
  readonly maxHold: number;
  readonly rateLimit: RateLimit | undefined;
  readonly proxy: ProxyOptions;
  readonly connect: UpstreamDispatcherOptions['connect'];
  readonly http2: boolean;
  readonly transport: Transport;
  readonly maxResponseHeaders: number;
}

function number(name: string, value: number | undefined, fallback: number, minimum: number): number {
  const given = value ?? fallback;
  if (typeof given !== 'number' || Number.isNaN(given) || given < minimum) {
    throw new RangeError(`${name} must be a number from ${minimum} up, not ${String(given)}`);
  }
  return given;
}

/** @throws RangeError that names the option and its value */
export function resolveCall(given: UpstreamCallOptions, fallback: CallSettings): CallSettings {
  return {
    deadline: number('deadline', given.deadline, fallback.deadline, 0),
    maxAttempts: number('maxAttempts', given.maxAttempts, fallback.maxAttempts, 1),
    hedgeAfter: number('hedgeAfter', given.hedgeAfter, fallback.hedgeAfter, 0),
    resume: given.resume ?? fallback.resume,
    maxRedirects: number('maxRedirects', given.maxRedirects, fallback.maxRedirects, 0),
    admit: given.admit ?? fallback.admit,
  };
}

/** Whether one dispatch says anything of its own. */
export function hasCallOptions(given: UpstreamCallOptions): boolean {
  return (
    given.deadline !== undefined ||
    given.maxAttempts !== undefined ||
    given.hedgeAfter !== undefined ||
    given.resume !== undefined ||
    given.maxRedirects !== undefined ||
    given.admit !== undefined
  );
}

const undiciPool: Transport = (origin, options) => new Pool(origin, options);

const callDefaults: CallSettings = {
  deadline: 15_000,
  maxAttempts: 3,
  hedgeAfter: 0,
  resume: true,
  maxRedirects: 0,
  admit: undefined,
};

/** @throws RangeError that names the option and its value */
export function resolveSettings(given: UpstreamDispatcherOptions): Settings {
  if (given.origins.length === 0) throw new RangeError('origins must name at least one origin');
  const { onExhausted = 'pass', retryStatuses = [500, 502, 503, 504] } = given;
  if (onExhausted !== 'pass' && onExhausted !== 'error') {
    throw new RangeError(`onExhausted must be pass or error, not ${String(onExhausted)}`);
  }
  return {
    ...resolveCall(given, callDefaults),
    connections: number('connections', given.connections, 30, 1),
    maxConnections: number('maxConnections', given.maxConnections, Infinity, 1),
    connectTimeout: number('connectTimeout', given.connectTimeout, 5000, 1),
    headersTimeout: number('headersTimeout', given.headersTimeout, 5000, 1),
    bodyTimeout: number('bodyTimeout', given.bodyTimeout, 30_000, 0),
    keepAliveTimeout: number('keepAliveTimeout', given.keepAliveTimeout, 30_000, 1),
    retryStatuses: new Set(retryStatuses),
    onExhausted,
    maxHold: number('maxHold', given.maxHold, 60_000, 0),
    rateLimit: given.rateLimit,
    proxy: given.proxy ?? {},
    connect: given.connect,
    http2: given.http2 ?? false,
    transport: given.transport ?? undiciPool,
    maxResponseHeaders: number('maxResponseHeaders', given.maxResponseHeaders, 200, 1),
  };
}
