import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { SignedImageError } from '../errors.js';
import type { ObjectCheck } from './object-check.js';
import { shownHeaders, verdictOn } from './store-answers.js';

/** Signs the target of one attempt: the path and query at the store. */
export type SignTarget = () => string | Promise<string>;
/** Sends one attempt. */
export type SendAttempt = (path: string, handler: Dispatcher.DispatchHandler) => void;

/**
 * One request to the store, signed as it is sent, and once more when the store does not take the signature. To the caller
 * it is one exchange: it is its controller, whichever attempt there is, and none of what a store says about a signature
 * gets through.
 */
export class SignedExchange implements Dispatcher.DispatchController {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #sign: SignTarget;
  readonly #send: SendAttempt;
  readonly #check: ObjectCheck;
  #attempt: Attempt | undefined;
  #paused = false;
  #reason: Error | null = null;
  #over = false;

  constructor(handler: Dispatcher.DispatchHandler, sign: SignTarget, send: SendAttempt, check: ObjectCheck) {
    this.#handler = handler;
    this.#sign = sign;
    this.#send = send;
    this.#check = check;
  }

  get aborted(): boolean {
    return this.#reason !== null;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  start(): void {
    this.#handler.onRequestStart?.(this, {});
    void this.#try(false);
  }

  abort(reason: Error): void {
    if (this.#reason !== null || this.#over) return;
    this.#reason = reason;
    const controller = this.#attempt?.controller;
    if (controller === undefined) this.fail(reason);
    else controller.abort(reason);
  }

  pause(): void {
    this.#paused = true;
    if (!this.#over) this.#attempt?.controller?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#attempt?.controller?.resume();
  }

  /** Tells the caller, once, that there will be no (more of an) answer. */
  fail(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#handler.onResponseError?.(this, error);
  }

  finish(trailers: IncomingHttpHeaders): void {
    if (this.#over) return;
    this.#over = true;
    this.#handler.onResponseEnd?.(this, trailers);
  }

  get handler(): Dispatcher.DispatchHandler {
    return this.#handler;
  }

  objection(headers: IncomingHttpHeaders): string | undefined {
    return this.#check(headers);
  }

  /** Makes the last attempt, unless the caller has given up meanwhile. */
  again(): void {
    this.#attempt = undefined;
    if (this.#reason === null) void this.#try(true);
    else this.fail(this.#reason);
  }

  async #try(last: boolean): Promise<void> {
    try {
      const signing = this.#sign();
      const path = typeof signing === 'string' ? signing : await signing;
      // The caller may have given up while it was being signed.
      if (this.#over) return;
      this.#attempt = new Attempt(this, last);
      this.#send(path, this.#attempt);
    } catch (error) {
      this.fail(error instanceof Error ? error : new SignedImageError('FOREBAY_SIGNING_FAILED', String(error)));
    }
  }
}

/** Of a refusal so much is read to the end, for its connection to be used again. Bytes. */
const MOST_DRAINED = 65_536;

class Attempt implements Dispatcher.DispatchHandler {
  readonly #exchange: SignedExchange;
  readonly #last: boolean;
  controller: Dispatcher.DispatchController | undefined;
  /** What to do once the answer, which is not for the caller, is over. */
  #afterwards: (() => void) | undefined;
  #drained = 0;

  constructor(exchange: SignedExchange, last: boolean) {
    this.#exchange = exchange;
    this.#last = last;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.#exchange.reason !== null) controller.abort(this.#exchange.reason);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.controller = controller;
    const verdict = verdictOn(status);
    if (verdict.kind === 'refused' && !this.#last) {
      this.#afterwards = () => this.#exchange.again();
      return;
    }
    if (verdict.kind === 'failed' || (verdict.kind === 'refused' && verdict.body === undefined)) {
      this.#refuse(`the store answered ${status}`);
      return;
    }
    const objection = status === 200 ? this.#exchange.objection(headers) : undefined;
    if (objection !== undefined) {
      this.#refuse(objection);
      return;
    }
    this.#exchange.handler.onResponseStart?.(this.#exchange, status, shownHeaders(headers, verdict.body), '');
    if (verdict.body === undefined) return;
    this.#exchange.handler.onResponseData?.(this.#exchange, verdict.body);
    this.#exchange.finish({});
    this.#afterwards = () => undefined;
    // The caller has had it all; what is left is ours to read.
    controller.resume();
  }

  #refuse(why: string): void {
    const error = new SignedImageError('FOREBAY_STORE_FAILED', why);
    this.#afterwards = () => this.#exchange.fail(error);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#afterwards !== undefined) {
      this.#drained += chunk.length;
      if (this.#drained > MOST_DRAINED) controller.abort(new Error('the answer was not wanted'));
    } else {
      this.#exchange.handler.onResponseData?.(this.#exchange, chunk);
    }
  }

  onResponseEnd(_controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    if (this.#afterwards === undefined) this.#exchange.finish(trailers);
    else this.#afterwards();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#afterwards === undefined) this.#exchange.fail(error);
    else this.#afterwards();
  }
}
