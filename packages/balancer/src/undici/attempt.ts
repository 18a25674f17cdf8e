import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { EndpointOptions } from '../endpoint.js';
import type { Events } from '../events.js';
import type { Lease } from '../lease.js';
import type { AttemptKind, AttemptOwner, Head } from './attempt-owner.js';
import type { UpstreamEvents } from './context.js';
import { connectionError, UpstreamError } from './errors.js';
import { Exchange, type ExchangeSink } from './exchange.js';
import type { Origin } from './origin.js';
import { redirectTarget, withoutCredentials } from './redirect.js';
import type { RequestHeaders } from './request-headers.js';
import type { Slots } from './slots.js';

/** One try at one origin: its lease, its time limit, its redirects. */
export class Attempt implements ExchangeSink {
  readonly origin: Origin;
  readonly kind: AttemptKind;
  readonly lease: Lease<EndpointOptions>;
  /** Time until its answer must have begun; below `headersTimeout` if the deadline comes first. */
  readonly limitMs: number;
  #owner: AttemptOwner;
  #exchange: Exchange | undefined;
  #url: URL | undefined;
  #more: RequestHeaders | undefined;
  #headers: RequestHeaders | undefined;
  #hops = 0;
  #timer: NodeJS.Timeout | undefined;
  #sent = false;
  #done = false;
  /** Places that it takes up. */
  readonly #held: Slots[] = [];
  #leave: (() => void) | undefined;
  #reported = false;
  startedAt = 0;
  /** ms until its answer began. */
  responseTimeMs: number | undefined;

  constructor(owner: AttemptOwner, origin: Origin, lease: Lease<EndpointOptions>, kind: AttemptKind, limitMs: number) {
    this.#owner = owner;
    this.origin = origin;
    this.lease = lease;
    this.kind = kind;
    this.limitMs = limitMs;
  }

  get controller(): Dispatcher.DispatchController | undefined {
    return this.#exchange?.controller;
  }

  get elapsedMs(): number {
    return this.#sent ? performance.now() - this.startedAt : 0;
  }

  get sent(): boolean {
    return this.#sent;
  }

  /** Sends the request after its wait, when there is a connection for it, and a place among all connections. */
  start(slots: Slots, waitMs: number, more?: RequestHeaders): void {
    this.#more = more;
    if (waitMs <= 0) return this.#board(slots);
    const timer = setTimeout(() => this.#board(slots), waitMs);
    this.#leave = () => {
      clearTimeout(timer);
      this.origin.bucket?.giveBack();
    };
  }

  /** From now on someone else hears of it. */
  handOver(owner: AttemptOwner): void {
    this.#owner = owner;
    this.settleHead();
  }

  /** Tells listeners how it went, once. */
  report(events: Events<UpstreamEvents>, statusCode: number | undefined, error: string | undefined): void {
    if (this.#reported) return;
    this.#reported = true;
    events.emit('attempt', () => {
      const durationMs = this.responseTimeMs ?? this.elapsedMs;
      return { origin: this.origin.name, statusCode, error, durationMs, kind: this.kind };
    });
  }

  /** Its answer is in use: the time limit ends. */
  settleHead(): void {
    clearTimeout(this.#timer);
  }

  /** Ends it and frees its connection. What the lease is told is the caller's to say. */
  cancel(reason: Error): void {
    if (this.#finish()) this.#exchange?.cancel(reason);
  }

  /** Ends it, keeping its connection if the rest of its answer is short. */
  discard(head: Head, reason: Error): void {
    if (this.#finish()) this.#exchange?.drain(head.headers, reason);
  }

  informed(statusCode: number, headers: IncomingHttpHeaders, statusMessage: string): void {
    this.#owner.onInformed({ statusCode, headers, statusMessage });
  }

  head(statusCode: number, headers: IncomingHttpHeaders, statusMessage: string): void {
    const head = { statusCode, headers, statusMessage };
    this.responseTimeMs = performance.now() - this.startedAt;
    const raw = this.controller?.rawHeaders;
    const fields = Array.isArray(raw) ? raw.length / 2 : Object.values(headers).flat().length;
    if (statusCode > 599 || fields > this.#owner.limits.maxResponseHeaders) {
      const what = statusCode > 599 ? `status ${statusCode}` : `${fields} header fields`;
      return this.#fail(
        new UpstreamError('FOREBAY_BAD_RESPONSE', this.origin.name, `answered with ${what}`, { statusCode }),
        false,
      );
    }
    if (this.#owner.limits.maxRedirects > 0 && this.#redirected(head)) return;
    this.#owner.onHead(this, head);
  }

  data(chunk: Buffer): void {
    this.#owner.onData(this, chunk);
  }

  ended(trailers: IncomingHttpHeaders): void {
    if (this.#finish()) this.#owner.onEnd(this, trailers);
  }

  broke(error: Error): void {
    if (isCallersFault(error)) this.#owner.fail(error);
    // What a redirect leads to is not the origin.
    else this.#fail(connectionError(this.origin.name, error), this.#hops > 0);
  }

  #fail(error: UpstreamError, neutral: boolean): void {
    if (!this.#finish()) return;
    this.#exchange?.cancel(error);
    this.#owner.onFailure(this, error, neutral);
  }

  /** Goes on to where the answer points, if it does. */
  #redirected(head: Head): boolean {
    const { request, limits } = this.#owner;
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const from = this.#url ?? request.urlAt(this.origin);
    const to = redirectTarget(head.statusCode, head.headers.location, from);
    if (to === undefined) return false;
    this.#hops += 1;
    if (this.#hops > limits.maxRedirects) {
      const message = `redirects more than ${limits.maxRedirects} times`;
      this.#fail(
        new UpstreamError('FOREBAY_REDIRECT', this.origin.name, message, { statusCode: head.statusCode }),
        true,
      );
      return true;
    }
    this.#exchange?.drain(head.headers, new Error('Redirected'));
    this.#url = to;
    const headers = this.#headers ?? request.headers;
    this.#dispatch(
      this.#owner.poolFor(to),
      request.dispatchOptions(
        to.origin,
        to.pathname + to.search,
        to.origin === this.origin.base ? { ...headers } : withoutCredentials({ ...request.headers, ...this.#more }),
        limits.bodyTimeout,
      ),
    );
    return true;
  }

  #board(slots: Slots): void {
    this.#enter(this.origin.slots, () => this.#enter(slots, () => this.#send()));
  }

  #enter(slots: Slots, next: () => void): void {
    const go = (): void => {
      this.#leave = undefined;
      this.#held.push(slots);
      next();
    };
    if (slots.tryTake()) go();
    else this.#leave = slots.wait(go);
  }

  #send(): void {
    const { request, limits } = this.#owner;
    const { origin } = this;
    this.#sent = true;
    this.startedAt = performance.now();
    if (this.limitMs !== Infinity) this.#timer = setTimeout(() => this.#owner.onTimeout(this), this.limitMs);
    this.#headers = request.headersAt(origin, this.#more);
    const path = request.pathAt(origin);
    this.#dispatch(origin.pool, request.dispatchOptions(origin.base, path, this.#headers, limits.bodyTimeout));
  }

  #dispatch(pool: Dispatcher, options: Dispatcher.DispatchOptions): void {
    const exchange = new Exchange(this, this.#onSettled);
    this.#exchange = exchange;
    pool.dispatch(options, exchange);
  }

  /** The connection is free again: after redirects, the last one. */
  readonly #onSettled = (exchange: Exchange): void => {
    if (exchange === this.#exchange) this.#release();
  };

  #release(): void {
    for (const slots of this.#held.splice(0)) slots.release();
  }

  #finish(): boolean {
    if (this.#done) return false;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#leave?.();
    if (!this.#sent) this.#release();
    return true;
  }
}

/** What undici refuses to send was never the origin's to answer. */
function isCallersFault(error: Error): boolean {
  return 'code' in error && (error.code === 'UND_ERR_INVALID_ARG' || error.code === 'UND_ERR_NOT_SUPPORTED');
}
