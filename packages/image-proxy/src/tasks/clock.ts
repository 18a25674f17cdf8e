/** Where the tasks take the time from; tests bring their own. */
export interface TaskClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Calls back once after so many ms; returns what cancels it. Must not keep the process alive. */
  after(ms: number, callback: () => void): () => void;
}

/** Node takes a longer time-out for 1 ms. */
const longest = 2 ** 31 - 1;

export const systemClock: TaskClock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(ms, longest));
    timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Waits; ends at once, with the signal's reason, when it is aborted. */
export function wait(clock: TaskClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = (): void => {
      cancel();
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
