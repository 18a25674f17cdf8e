/** Where the balancer takes the time from, and its timers for deadlines and back-off. */
export interface Clock {
  /** The time now, in ms. It must never go backwards. */
  now(): number;
  /** @default globalThis.setTimeout */
  setTimeout?(callback: () => void, ms: number): unknown;
  /** @default globalThis.clearTimeout */
  clearTimeout?(timer: unknown): void;
}

export type CompleteClock = Required<Clock>;

/** Epoch milliseconds that never go backwards, whatever is done to the wall clock meanwhile. */
function systemNow(): () => number {
  const { performance } = globalThis;
  const { timeOrigin } = performance;
  return () => timeOrigin + performance.now();
}

/** Node takes a longer time-out for 1 ms. */
const longest = 2 ** 31 - 1;

export function resolveClock(clock: Clock | undefined): CompleteClock {
  return {
    now: clock ? () => clock.now() : systemNow(),
    setTimeout: clock?.setTimeout?.bind(clock) ?? ((callback, ms) => setTimeout(callback, Math.min(ms, longest))),
    clearTimeout: clock?.clearTimeout?.bind(clock) ?? ((timer) => clearTimeout(timer as NodeJS.Timeout)),
  };
}
