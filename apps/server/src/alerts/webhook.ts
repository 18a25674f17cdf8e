import { setTimeout as wait } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import type { Logger } from '../log/logger.js';
import { VERSION } from '../version.js';
import type { AlertEvent } from './evaluator.js';

export interface WebhookOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Events that may wait; beyond it the oldest is dropped. @default 100 */
  readonly most?: number;
  /** Tries for one event; with the default waits, six minutes of them. @default 10 */
  readonly tries?: number;
  /** Wait before the second try, doubled before each that follows. ms @default 1000 */
  readonly firstWait?: number;
  /** For one try. ms @default 10000 */
  readonly timeout?: number;
  /** From 0 to 1, for jitter. @default Math.random */
  readonly random?: () => number;
}

/** Longest wait between two tries. ms */
const LONGEST_WAIT = 60_000;

/** POSTs alerts one after the other, in order, and tries again while the receiver does not take them. */
export class Webhook {
  readonly #options: Required<WebhookOptions>;
  readonly #queue: AlertEvent[] = [];
  readonly #ending = new AbortController();
  #busy = false;

  constructor(options: WebhookOptions) {
    this.#options = { most: 100, tries: 10, firstWait: 1000, timeout: 10_000, random: Math.random, ...options };
  }

  send(event: AlertEvent): void {
    this.#queue.push(event);
    if (this.#queue.length > this.#options.most) {
      this.#queue.shift();
      this.#complain('an alert was dropped: the webhook has not taken those before it', undefined);
    }
    if (!this.#busy) void this.#sendAll();
  }

  /** What it has not taken yet, in order. */
  get pending(): readonly AlertEvent[] {
    return this.#queue;
  }

  close(): void {
    this.#ending.abort();
    this.#queue.length = 0;
  }

  async #sendAll(): Promise<void> {
    this.#busy = true;
    for (let event = this.#queue[0]; event !== undefined; event = this.#queue[0]) {
      await this.#deliver(event);
      // It may have been dropped meanwhile.
      if (this.#queue[0] === event) this.#queue.shift();
    }
    this.#busy = false;
  }

  async #deliver(event: AlertEvent): Promise<void> {
    const { firstWait, random, tries } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#post(event);
        return;
      } catch (error) {
        if (this.#ending.signal.aborted) return;
        if (attempt >= tries || error instanceof Refused) {
          this.#complain(`the webhook did not take an alert: ${messageOf(error)}`, event);
          return;
        }
      }
      const longest = Math.min(LONGEST_WAIT, firstWait * 2 ** (attempt - 1));
      await wait(longest * (0.5 + random() / 2), undefined, { signal: this.#ending.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  async #post({ alert, event }: AlertEvent): Promise<void> {
    const response = await fetch(this.#options.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': `Forebay/${VERSION}` },
      body: JSON.stringify({ event, alert, server: { name: 'forebay', version: VERSION } }),
      redirect: 'error',
      signal: AbortSignal.any([this.#ending.signal, AbortSignal.timeout(this.#options.timeout)]),
    });
    await response.body?.cancel();
    if (response.ok) return;
    const { status } = response;
    // What it does not want now it will not want later, but for time-outs and limits.
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) throw new Refused(`it answered ${status}`);
    throw new Error(`it answered ${status}`);
  }

  #complain(text: string, event: AlertEvent | undefined): void {
    this.#options.logger.warn({ event: 'alert_not_delivered', alert: event?.alert.id }, text);
  }
}

/** The receiver said no. */
class Refused extends Error {
  override readonly name = 'Refused';
}
