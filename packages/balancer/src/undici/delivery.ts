import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { fullJitterBackoff } from '../attempts/backoff.js';
import { Attempt } from './attempt.js';
import type { AttemptOwner, Head } from './attempt-owner.js';
import type { CallerHandler } from './caller-handler.js';
import type { CallContext } from './context.js';
import { UpstreamError } from './errors.js';
import type { Berth } from './launcher.js';
import type { Origin } from './origin.js';
import type { RelayController } from './relay-controller.js';
import { Transfer } from './transfer.js';
import { judge } from './verdict.js';

/** A try to resume that brought this much was worth it, and is not counted. */
const worthwhile = 1_048_576;

/** What a delivery has from the dispatch that it ends. */
export interface DeliveryContext extends Pick<AttemptOwner, 'request' | 'limits' | 'poolFor'> {
  readonly context: CallContext;
  readonly handler: CallerHandler;
  readonly controller: RelayController;
  /** Tries to resume in a row; 0: never. */
  readonly maxResumes: number;
  /** The dispatch is over. */
  end(): void;
}

/** An answer on its way to the caller. Bytes go straight through; where they break off, they are resumed if that is safe. */
export class Delivery implements AttemptOwner {
  readonly request: AttemptOwner['request'];
  readonly limits: AttemptOwner['limits'];
  readonly #call: DeliveryContext;
  readonly #transfer: Transfer;
  #tried: Set<string> | undefined;
  #attempt: Attempt;
  /** Whose bytes the last ones were. */
  #source: Origin;
  /** Bytes of the present answer that the caller has already. */
  #skip = 0;
  #tries = 0;
  #gained = 0;

  constructor(call: DeliveryContext, attempt: Attempt, head: Head) {
    this.#call = call;
    this.request = call.request;
    this.limits = call.limits;
    this.#transfer = new Transfer(call.request.method, head);
    this.#attempt = attempt;
    this.#source = attempt.origin;
    attempt.handOver(this);
    call.controller.target = attempt.controller;
  }

  poolFor(url: URL): Dispatcher {
    return this.#call.poolFor(url);
  }

  onData(attempt: Attempt, chunk: Buffer): void {
    const transfer = this.#transfer;
    let rest = chunk;
    if (this.#skip > 0) {
      rest = chunk.subarray(this.#skip);
      this.#skip -= chunk.length - rest.length;
      if (rest.length === 0) return;
    }
    transfer.received += rest.length;
    this.#gained += rest.length;
    if (transfer.expected !== undefined && transfer.received > transfer.expected) {
      const error = new UpstreamError('FOREBAY_BAD_RESPONSE', attempt.origin.name, 'sent more than it said');
      attempt.cancel(error);
      return this.#break(attempt, error);
    }
    try {
      this.#call.handler.onResponseData(this.#call.controller, rest);
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  onEnd(attempt: Attempt, trailers: IncomingHttpHeaders): void {
    const { expected, received } = this.#transfer;
    if (expected !== undefined && received < expected) {
      return this.onFailure(
        attempt,
        new UpstreamError('FOREBAY_BAD_RESPONSE', attempt.origin.name, 'sent less than it said'),
      );
    }
    attempt.lease.success(attempt.responseTimeMs);
    this.#call.end();
    this.#call.handler.onResponseEnd(this.#call.controller, trailers);
  }

  onFailure(attempt: Attempt, error: UpstreamError): void {
    attempt.lease.failure(error);
    attempt.report(this.#call.context.events, undefined, error.code);
    this.#resume(attempt, error);
  }

  onTimeout(attempt: Attempt): void {
    const error = new UpstreamError('FOREBAY_ATTEMPT_TIMEOUT', attempt.origin.name, 'no answer in time');
    attempt.cancel(error);
    this.onFailure(attempt, error);
  }

  /** The answer itself has begun already. */
  onInformed(): void {}

  /** The answer to a request for the rest. */
  onHead(attempt: Attempt, head: Head): void {
    const { settings, launcher, events } = this.#call.context;
    attempt.report(events, head.statusCode, undefined);
    const skip = this.#transfer.skipFor(head);
    if (skip !== undefined) {
      this.#skip = skip;
      this.#source = attempt.origin;
      attempt.settleHead();
      this.#call.controller.target = attempt.controller;
      return;
    }
    const verdict = judge(head, attempt.origin.name, settings.retryStatuses, settings.maxHold);
    if (verdict?.hold !== undefined) launcher.hold(attempt.origin.name, verdict.hold);
    if (verdict?.fault === true) attempt.lease.failure(verdict.error);
    else attempt.lease.release();
    const { statusCode } = head;
    const error =
      verdict?.error ??
      new UpstreamError('FOREBAY_BAD_RESPONSE', attempt.origin.name, 'has other bytes', { statusCode });
    attempt.discard(head, error);
    this.#resume(attempt, error);
  }

  /** Ends it without a word about the origin. */
  cancel(reason: Error): void {
    this.#attempt.cancel(reason);
    this.#attempt.lease.release();
  }

  fail(error: Error): void {
    this.cancel(error);
    this.#call.end();
    this.#call.handler.onResponseError(this.#call.controller, error);
  }

  #break(attempt: Attempt, cause: UpstreamError): void {
    attempt.lease.failure(cause);
    this.fail(new UpstreamError('FOREBAY_BODY_BROKEN', attempt.origin.name, 'the body broke off', { cause }));
  }

  #resume(attempt: Attempt, error: UpstreamError): void {
    this.#tries = this.#gained >= worthwhile ? 1 : this.#tries + 1;
    this.#gained = 0;
    this.#tried ??= new Set();
    this.#tried.add(attempt.origin.name);
    const { context, maxResumes } = this.#call;
    const { retries } = context.launcher.balancer;
    const affordable = this.#tries === 1 || retries.remaining >= 1;
    const allowed = this.#transfer.resumable && this.#tries <= maxResumes && !context.closed && affordable;
    const berth = allowed ? this.#berth() : undefined;
    if (berth === undefined) return this.#break(attempt, error);
    // Another origin that sends the rest has no more to do than the one that broke off would have had: when an origin
    // dies, all that was on its way there moves at once, and multiplies nothing.
    const moves = this.#tries === 1 && berth.origin !== this.#source;
    if (!moves && !retries.tryWithdraw()) {
      berth.lease.release();
      berth.origin.bucket?.giveBack();
      return this.#break(attempt, error);
    }
    this.#tried.add(berth.origin.name);
    const next = new Attempt(this, berth.origin, berth.lease, 'resume', this.limits.headersTimeout);
    this.#attempt = next;
    // The first try goes at once; an origin that breaks again and again gets time.
    const waitMs = Math.max(berth.waitMs, this.#tries > 1 ? fullJitterBackoff(this.#tries, 50, 1000) : 0);
    next.start(context.slots, waitMs, this.#transfer.headers);
  }

  /** Another origin if its bytes can be told to be the same, else the one that had them. */
  #berth(): Berth | undefined {
    const { launcher } = this.#call.context;
    const timeLeft = this.limits.headersTimeout;
    const other = this.#transfer.portable ? launcher.take(this.#tried, timeLeft) : undefined;
    if (other !== undefined && 'lease' in other) return other;
    const same = launcher.take(launcher.origins.allBut(this.#source.name), timeLeft);
    return 'lease' in same ? same : undefined;
  }
}
