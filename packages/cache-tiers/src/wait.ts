import type { Flight, Outcome } from './flight.js';

export interface WaitOptions {
  readonly signal: AbortSignal | undefined;
  /** Milliseconds after which one who may leaves with a stale copy, and the load goes on in the background. */
  readonly softTimeout: number;
  readonly maySoften: () => boolean;
  /** The last who waited has left. */
  readonly onLastLeft: () => void;
}

export type Waited<M> = Outcome<M> | { readonly kind: 'soft' } | { readonly kind: 'failed'; readonly error: unknown };

const MAX_TIMER_MS = 2 ** 31 - 1;

/** Waits for a load among others who do; rejects only when the caller's own signal aborts. */
export function waitFor<M>(flight: Flight<M>, options: WaitOptions): Promise<Waited<M>> {
  const { signal, softTimeout } = options;
  flight.join();
  return new Promise((resolve, reject) => {
    let waiting = true;
    // Left when something had been set aside for this one already.
    let missed = false;
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      waiting = false;
      missed = flight.settled;
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const abort = (): void => {
      stop();
      reject(signal?.reason as Error);
      if (flight.leave()) options.onLastLeft();
    };
    const soften = (): void => {
      if (!options.maySoften()) return;
      stop();
      flight.background = true;
      flight.leave();
      resolve({ kind: 'soft' });
    };
    signal?.addEventListener('abort', abort, { once: true });
    if (softTimeout <= MAX_TIMER_MS) timer = setTimeout(soften, softTimeout);
    flight.outcome.then(
      (outcome) => {
        if (!waiting) {
          if (missed) flight.missed(outcome);
          return;
        }
        stop();
        flight.took();
        resolve(outcome);
      },
      (error: unknown) => {
        if (!waiting) return;
        stop();
        flight.took();
        resolve({ kind: 'failed', error });
      },
    );
  });
}
