import type { CompleteClock } from '../clock.js';

/** Why a call is over. */
export interface Over {
  readonly reason: unknown;
  readonly isTimeout: boolean;
}

/** What ends a call from outside: its caller's signal and its total time. One listener and one timer, both taken back. */
export class Deadline {
  over: Over | undefined;
  /** Told when the call is over; set by whoever waits. */
  onOver: (() => void) | undefined;
  /** Takes listener and timer back. */
  readonly close: () => void;

  constructor(clock: CompleteClock, signal: AbortSignal | undefined, timeout: number, timeoutError: () => unknown) {
    const end = (over: Over): void => {
      this.over = over;
      this.onOver?.();
    };
    const abort = (): void => end({ reason: signal?.reason, isTimeout: false });
    const timer =
      timeout === Infinity
        ? undefined
        : clock.setTimeout(() => end({ reason: timeoutError(), isTimeout: true }), timeout);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    this.close = () => {
      signal?.removeEventListener('abort', abort);
      if (timer !== undefined) clock.clearTimeout(timer);
    };
  }
}
