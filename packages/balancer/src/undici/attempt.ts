import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { EndpointOptions } from '../endpoint.js';
import type { Lease } from '../lease.js';
import type { AttemptEvent, AttemptKind, AttemptOwner, Head } from './attempt-owner.js';
import { connectionError, UpstreamError } from './errors.js';
import { Exchange, type ExchangeSink } from './exchange.js';
import type { Origin } from './origin.js';
import { headersAcross, redirectTarget } from './redirect.js';
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
  #headers: RequestHeaders | undefined;
  #hops = 0;
  #timer: NodeJS.Timeout | undefined;
  #armed = false;
  #sent = false;
  #done = false;
  #slots: Slots | undefined;
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

  /** Sends the request after its wait, when there is a place among all connections. */
  start(slots: Slots, waitMs: number, more?: RequestHeaders): void {
    if (waitMs <= 0) return this.#board(slots, more);
    const timer = setTimeout(() => this.#board(slots, more), waitMs);
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
  report(
    listener: ((event: AttemptEvent) => void) | undefined,
    statusCode: number | undefined,
    error: string | undefined,
  ): void {
    if (this.#reported) return;
    this.#reported = true;
    const durationMs = this.responseTimeMs ?? this.elapsedMs;
    listener?.({ origin: this.origin.name, statusCode, error, durationMs, kind: this.kind });
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

  exchangeStarted(): void {
    this.#arm();
  }

  head(statusCode: number, headers: IncomingHttpHeaders, statusMessage: string): void {
    const head = { statusCode, headers, statusMessage };
    this.responseTimeMs = performance.now() - this.startedAt;
    const raw = this.controller?.rawHeaders;
    const fields = Array.isArray(raw) ? raw.length / 2 : Object.keys(headers).length;
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
    else this.#fail(connectionError(this.origin.name, error), false);
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
    const base = to.origin === this.origin.base ? (this.#headers ?? {}) : request.headers;
    this.#headers = headersAcross(base, from, to);
    this.#dispatch(
      this.#owner.poolFor(to),
      request.dispatchOptions(to.origin, to.pathname + to.search, this.#headers, limits.bodyTimeout),
    );
    return true;
  }

  #board(slots: Slots, more: RequestHeaders | undefined): void {
    const send = (): void => {
      this.#leave = undefined;
      this.#send(more);
    };
    this.#slots = slots;
    if (slots.tryTake()) send();
    else this.#leave = slots.wait(send);
  }

  #send(more: RequestHeaders | undefined): void {
    const { request, limits } = this.#owner;
    const { origin } = this;
    this.#sent = true;
    this.startedAt = performance.now();
    // Waiting for a connection behind one's own requests is not the origin's slowness.
    if (origin.hasRoom) this.#arm();
    origin.active += 1;
    this.#headers = request.headersAt(origin, more);
    const path = request.pathAt(origin);
    this.#dispatch(origin.pool, request.dispatchOptions(origin.base, path, this.#headers, limits.bodyTimeout));
  }

  #dispatch(pool: Dispatcher, options: Dispatcher.DispatchOptions): void {
    const exchange = new Exchange(this);
    this.#exchange = exchange;
    pool.dispatch(options, exchange);
  }

  #arm(): void {
    if (this.#armed || this.#done || this.limitMs === Infinity) return;
    this.#armed = true;
    this.#timer = setTimeout(() => this.#owner.onTimeout(this), this.limitMs);
  }

  #finish(): boolean {
    if (this.#done) return false;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#leave?.();
    if (this.#sent) {
      this.origin.active -= 1;
      this.#slots?.release();
    }
    return true;
  }
}

/** What undici refuses to send was never the origin's to answer. */
function isCallersFault(error: Error): boolean {
  return 'code' in error && (error.code === 'UND_ERR_INVALID_ARG' || error.code === 'UND_ERR_NOT_SUPPORTED');
}
