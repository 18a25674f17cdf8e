export interface Backoff {
  /** Milliseconds before the second attempt, on average; doubled before each further one. */
  readonly delay: number;
  /** Milliseconds at most. */
  readonly maxDelay: number;
}

/**
 * Exponential back-off with equal jitter (half fixed, half random): tasks that failed together do not all come back
 * together, and none at once. See "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 *
 * @param failures how many attempts have failed, from 1
 * @returns milliseconds
 */
export function backoffDelay({ delay, maxDelay }: Backoff, failures: number, random: () => number): number {
  const full = Math.min(delay * 2 ** (failures - 1), maxDelay);
  return Math.round(full / 2 + random() * (full / 2));
}
