import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { Attempt } from './attempt.js';
import type { AttemptKind, AttemptLimits, AttemptOwner, Head } from './attempt-owner.js';
import { type CallerHandler, callerHandler } from './caller-handler.js';
import type { CallContext } from './context.js';
import { Delivery, type DeliveryContext } from './delivery.js';
import { isReset, UpstreamError, UpstreamsFailedError } from './errors.js';
import type { Berth } from './launcher.js';
import type { CallSettings } from './options.js';
import { overdue } from './overdue.js';
import { RelayController } from './relay-controller.js';
import type { UpstreamRequest } from './upstream-request.js';
import { judge } from './verdict.js';

const neverWanted = new Error('Another answer was used');

/** One dispatch, from the first attempt to the answer that is handed on; then its delivery takes over. */
export class Call implements AttemptOwner, DeliveryContext {
  readonly request: UpstreamRequest;
  readonly limits: AttemptOwner['limits'];
  readonly context: CallContext;
  readonly handler: CallerHandler;
  readonly controller: RelayController;
  readonly #settings: CallSettings;
  readonly #onEnd: (call: Call) => void;
  readonly #deadlineAt: number;
  /** All attempts so far. */
  readonly #attempts: Attempt[] = [];
  /** Those that have not ended yet. */
  #live: readonly Attempt[] = [];
  readonly #errors: UpstreamError[] = [];
  #delivery: Delivery | undefined;
  #done = false;
  #repeated = false;
  /** Answers whose first bytes are awaited, so that `admit` can judge them. */
  #withheld: Map<Attempt, Head> | undefined;
  #waitTimer: NodeJS.Timeout | undefined;
  #hedgeTimer: NodeJS.Timeout | undefined;

  constructor(
    context: CallContext,
    request: UpstreamRequest,
    settings: CallSettings,
    limits: AttemptLimits,
    handler: Dispatcher.DispatchHandler,
    onEnd: (call: Call) => void,
  ) {
    this.context = context;
    this.request = request;
    this.#settings = settings;
    this.#onEnd = onEnd;
    this.limits = limits;
    this.handler = callerHandler(handler);
    this.controller = new RelayController((reason) => this.fail(reason));
    this.#deadlineAt = settings.deadline === 0 ? Infinity : performance.now() + settings.deadline;
  }

  start(): void {
    const { launcher } = this.context;
    launcher.balancer.retries.deposit();
    launcher.balancer.hedges.deposit();
    try {
      this.handler.onRequestStart(this.controller, null);
    } catch (error) {
      this.#crash(error);
    }
    if (this.#done) return;
    const berth = launcher.take(undefined, this.#timeLeft());
    if ('lease' in berth) this.#launch(berth, 'first');
    else this.fail(berth);
    const { hedgeAfter } = this.#settings;
    if (hedgeAfter > 0 && this.request.repeatable && !this.#done)
      this.#hedgeTimer = setTimeout(() => this.#hedge(), hedgeAfter);
  }

  poolFor(url: URL): Dispatcher {
    return this.context.launcher.origins.poolFor(url);
  }

  /** Passed on from whichever attempt it comes: a hint commits nobody, and a proxy is to forward it. */
  onInformed({ statusCode, headers, statusMessage }: Head): void {
    try {
      this.handler.onResponseStart(this.controller, statusCode, headers, statusMessage);
    } catch (error) {
      this.#crash(error);
    }
  }

  onHead(attempt: Attempt, head: Head): void {
    const { settings, launcher } = this.context;
    attempt.report(this.context.events, head.statusCode, undefined);
    const verdict = judge(head, attempt.origin.name, settings.retryStatuses, settings.maxHold);
    if (verdict === undefined) return this.#accept(attempt, head);
    if (verdict.hold !== undefined) launcher.hold(attempt.origin.name, verdict.hold);
    if (verdict.fault) attempt.lease.failure(verdict.error);
    const next = this.#live.length > 1 ? undefined : (this.#next() ?? this.#next(this.#tried(), true));
    attempt.lease.release();
    if (next === undefined && this.#live.length === 1 && (settings.onExhausted === 'pass' || !verdict.fault)) {
      return this.#deliver(attempt, head);
    }
    this.#drop(attempt);
    attempt.discard(head, verdict.error);
    this.#errors.push(verdict.error);
    if (next !== undefined) this.#launch(next, 'retry');
    else if (this.#live.length === 0) this.fail(new UpstreamsFailedError(this.#errors));
  }

  onData(attempt: Attempt, chunk: Buffer): void {
    this.#admit(attempt, chunk);
    this.#delivery?.onData(attempt, chunk);
  }

  onEnd(attempt: Attempt, trailers: IncomingHttpHeaders): void {
    this.#admit(attempt, undefined);
    this.#delivery?.onEnd(attempt, trailers);
  }

  onFailure(attempt: Attempt, error: UpstreamError, neutral: boolean): void {
    this.#withheld?.delete(attempt);
    attempt.report(this.context.events, undefined, error.code);
    this.#drop(attempt);
    this.#errors.push(error);
    const alone = this.#live.length === 0;
    const next = alone ? this.#next() : undefined;
    const repeated = next === undefined && alone && !neutral ? this.#nextAfterReset(attempt, error) : undefined;
    // A keep-alive connection that the origin closed just then says nothing about its health.
    if (neutral || repeated !== undefined) attempt.lease.release();
    else attempt.lease.failure(error);
    const again = next ?? repeated ?? (alone ? this.#next(this.#tried(), true) : undefined);
    if (again !== undefined) this.#launch(again, 'retry');
    else if (this.#live.length === 0) this.fail(new UpstreamsFailedError(this.#errors));
  }

  onTimeout(attempt: Attempt): void {
    const error = new UpstreamError('FOREBAY_ATTEMPT_TIMEOUT', attempt.origin.name, 'no answer in time');
    if (attempt.limitMs >= this.limits.headersTimeout && this.#timeLeft() > 0) {
      attempt.cancel(error);
      return this.onFailure(attempt, error, false);
    }
    this.#errors.push(error);
    for (const other of this.#live) {
      // An attempt that had little time left is not blamed for having no answer.
      const fair = Math.min(this.limits.headersTimeout, this.#settings.deadline) / 2;
      if (other.limitMs >= fair) other.lease.failure(error);
    }
    this.#expire();
  }

  /** Ends it with an error, if it has not ended yet. */
  fail(error: Error): void {
    if (this.#done) return;
    if (this.#delivery !== undefined) return this.#delivery.fail(error);
    this.#cancelAll(error);
    this.end();
    this.handler.onResponseError(this.controller, error);
  }

  get maxResumes(): number {
    return this.#settings.resume && this.request.repeatable ? this.#settings.maxAttempts : 0;
  }

  end(): void {
    this.#done = true;
    this.#onEnd(this);
  }

  #launch({ origin, lease, waitMs }: Berth, kind: AttemptKind): void {
    const left = this.#timeLeft();
    const attempt = new Attempt(this, origin, lease, kind, Math.min(this.limits.headersTimeout, left - waitMs));
    this.#attempts.push(attempt);
    this.#live = [...this.#live, attempt];
    attempt.start(this.context.slots, waitMs);
    if (!attempt.sent && !this.#done && left !== Infinity) this.#waitTimer ??= setTimeout(() => this.#expire(), left);
  }

  /** Asks another origin as well, while the first is slow ("The Tail at Scale", Dean and Barroso, 2013). */
  #hedge(): void {
    const { launcher, slots, closed } = this.context;
    const { hedges } = launcher.balancer;
    if (closed || this.#live.length !== 1 || this.#attempts.length >= this.#settings.maxAttempts) return;
    if (hedges.remaining < 1 || !slots.free) return;
    const berth = launcher.take(this.#tried(), 0);
    if (!('lease' in berth)) return;
    hedges.tryWithdraw();
    this.#launch(berth, 'hedge');
  }

  /** A berth at an origin not tried yet, if one more attempt is allowed. */
  #next(exclude: ReadonlySet<string> = this.#tried(), lastResort = false): Berth | undefined {
    const { launcher, closed } = this.context;
    const { retries } = launcher.balancer;
    const left = this.#timeLeft();
    if (closed || !this.request.repeatable || this.#attempts.length >= this.#settings.maxAttempts || left <= 0)
      return undefined;
    if (retries.remaining < 1) return undefined;
    const berth = launcher.take(exclude, left, lastResort);
    if (!('lease' in berth)) return undefined;
    retries.tryWithdraw();
    return berth;
  }

  /** The same origin once more, after its connection was reset before any answer. */
  #nextAfterReset(attempt: Attempt, error: UpstreamError): Berth | undefined {
    if (this.#repeated || !isReset(error)) return undefined;
    this.#repeated = true;
    const others = this.#tried();
    others.delete(attempt.origin.name);
    return this.#next(others);
  }

  #accept(attempt: Attempt, head: Head): void {
    if (this.#settings.admit === undefined) this.#deliver(attempt, head);
    else (this.#withheld ??= new Map()).set(attempt, head);
  }

  /** Lets the caller judge the first bytes; then the answer is handed on, or another origin is asked. */
  #admit(attempt: Attempt, chunk: Buffer | undefined): void {
    const head = this.#withheld?.get(attempt);
    if (head === undefined) return;
    const { statusCode, headers } = head;
    this.#withheld?.delete(attempt);
    let refusal: Error | undefined;
    try {
      refusal = this.#settings.admit?.({ statusCode, headers, origin: attempt.origin.name }, chunk);
    } catch (error) {
      return this.#crash(error);
    }
    if (refusal === undefined) return this.#deliver(attempt, head);
    const { message } = refusal;
    const error = new UpstreamError('FOREBAY_BAD_RESPONSE', attempt.origin.name, message, {
      cause: refusal,
      statusCode,
    });
    attempt.cancel(error);
    this.onFailure(attempt, error, false);
  }

  #deliver(attempt: Attempt, head: Head): void {
    this.#withheld = undefined;
    this.#outpace(attempt);
    this.#drop(attempt);
    this.#cancelAll(neverWanted);
    this.#delivery = new Delivery(this, attempt, head);
    const { statusCode, headers, statusMessage } = head;
    try {
      this.handler.onResponseStart(this.controller, statusCode, headers, statusMessage);
    } catch (error) {
      this.#crash(error);
    }
  }

  /** A handler or `admit` that throws ends the dispatch, and is nobody's fault upstream. */
  #crash(cause: unknown): void {
    this.fail(cause instanceof Error ? cause : new Error(String(cause)));
  }

  /** Ends all attempts and says nothing about their origins. */
  #cancelAll(reason: Error): void {
    clearTimeout(this.#waitTimer);
    clearTimeout(this.#hedgeTimer);
    for (const attempt of this.#live) {
      attempt.cancel(reason);
      attempt.lease.release();
    }
    this.#live = [];
  }

  /** Whoever was sent before the winner is slower than it; who was sent after may not be. */
  #outpace(winner: Attempt): void {
    for (const other of this.#live) {
      if (other === winner) return;
      if (other.sent) other.lease.outpaced(other.responseTimeMs ?? other.elapsedMs);
    }
  }

  #drop(attempt: Attempt): void {
    this.#live = this.#live.length === 1 ? [] : this.#live.filter((other) => other !== attempt);
  }

  /** Names of the origins that were tried. */
  #tried(): Set<string> {
    return new Set(this.#attempts.map(({ origin }) => origin.name));
  }

  #expire(): void {
    this.fail(overdue(this.#attempts, this.#errors, this.#settings.deadline));
  }

  #timeLeft(): number {
    return this.#deadlineAt === Infinity ? Infinity : this.#deadlineAt - performance.now();
  }
}
