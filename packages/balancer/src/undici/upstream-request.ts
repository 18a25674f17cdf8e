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

/** Path and query of an absolute form; anything else stays, to be refused by undici. */
function originForm(path: string): string {
  if (!URL.canParse(path)) return path;
  const { pathname, search } = new URL(path);
  return pathname + search;
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
    this.#path = options.path.startsWith('/') ? options.path : originForm(options.path);
  }

  /** Where it goes at this origin. */
  urlAt(origin: Origin): URL {
    return new URL(origin.base + this.pathAt(origin));
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
    const { body = null, query, blocking, reset, lend } = this.#options;
    const options: Dispatcher.DispatchOptions & { origin: string; lend?: boolean } = {
      origin,
      path,
      method: this.method,
      headers,
      body,
      headersTimeout: 0,
      bodyTimeout,
    };
    if (query !== undefined) options.query = query;
    if (blocking !== undefined) options.blocking = blocking;
    if (reset !== undefined) options.reset = reset;
    if (lend !== undefined) options.lend = lend;
    return options;
  }
}
