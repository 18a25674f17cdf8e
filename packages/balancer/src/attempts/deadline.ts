import type { CompleteClock } from '../clock.js';
import { DeadlineError } from '../errors.js';

/** What ends a call from outside: its caller's signal and its total time. One listener and one timer, both taken back. */
export class Deadline {
  /** Why the call is over, once it is. */
  over: { readonly reason: unknown; readonly timedOut: boolean } | undefined;
  /** Told when it is; whoever waits sets it. */
  onOver: (() => void) | undefined;
  readonly timeout: number;
  readonly #clock: CompleteClock;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: unknown;

  constructor(
    clock: CompleteClock,
    signal: AbortSignal | undefined,
    timeout: number | undefined,
    errors: readonly unknown[],
  ) {
    this.#clock = clock;
    this.#signal = signal;
    this.timeout = timeout ?? Infinity;
    if (signal?.aborted) {
      this.over = { reason: signal.reason, timedOut: false };
      return;
    }
    signal?.addEventListener('abort', this.#abort);
    if (timeout !== undefined) {
      this.#timer = clock.setTimeout(
        () => this.#end({ reason: new DeadlineError(timeout, errors), timedOut: true }),
        timeout,
      );
    }
  }

  /** Waits `ms`, or rejects with the reason as soon as the call is over. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.#clock.setTimeout(() => {
        this.onOver = undefined;
        resolve();
      }, ms);
      this.onOver = () => {
        this.#clock.clearTimeout(timer);
        reject(this.over?.reason);
      };
    });
  }

  close(): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }

  readonly #abort = (): void => this.#end({ reason: this.#signal?.reason, timedOut: false });

  #end(over: NonNullable<Deadline['over']>): void {
    this.over = over;
    this.onOver?.();
  }
}
