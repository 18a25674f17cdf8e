import type { Dispatcher } from 'undici';
import { requestHeaders, type RequestHeaders } from './request-headers.js';
import type { Origin } from './origin.js';
import type { UpstreamDispatchOptions } from './options.js';

/** Methods whose repetition changes nothing (RFC 9110 § 9.2.2), and QUERY. */
const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY']);

/** Anything but a stream or iterable can be sent again. */
function isReplayable(body: unknown): boolean {
  return body === undefined || body === null || typeof body === 'string' || body instanceof Uint8Array;
}

/** A caller's request, and what it becomes for an origin. */
export class UpstreamRequest {
  readonly method: string;
  readonly headers: RequestHeaders;
  /** Whether it may be sent more than once. */
  readonly repeatable: boolean;
  readonly #options: UpstreamDispatchOptions;
  readonly #path: string;

  constructor(options: UpstreamDispatchOptions) {
    this.#options = options;
    this.method = options.method;
    this.headers = requestHeaders(options.headers);
    this.repeatable = (options.idempotent ?? idempotentMethods.has(options.method)) && isReplayable(options.body);
    // `//host/path` and absolute forms must not choose a host of their own: only path and query count here.
    this.#path = /^https?:\/\//i.test(options.path)
      ? new URL(options.path).pathname + new URL(options.path).search
      : options.path;
  }

  /** Where it goes at this origin. */
  urlAt(origin: Origin): URL {
    return new URL(origin.url.origin + this.pathAt(origin));
  }

  pathAt(origin: Origin): string {
    return origin.basePath + this.#path;
  }

  /** The headers for this origin: its own fill in what the request does not say. */
  headersAt(origin: Origin, more?: RequestHeaders): RequestHeaders {
    if (origin.headers.size === 0 && more === undefined) return { ...this.headers };
    return { ...Object.fromEntries(origin.headers), ...this.headers, ...more };
  }

  /** undici's options; a fresh object each time, since dispatchers write into it. */
  dispatchOptions(
    origin: string,
    path: string,
    headers: RequestHeaders,
    bodyTimeout: number,
  ): Dispatcher.DispatchOptions & { origin: string } {
    const { body, query, blocking, reset } = this.#options;
    return {
      origin,
      path,
      method: this.method,
      headers,
      headersTimeout: 0,
      bodyTimeout,
      ...(body !== undefined && { body }),
      ...(query !== undefined && { query }),
      ...(blocking !== undefined && { blocking }),
      ...(reset !== undefined && { reset }),
    };
  }
}
