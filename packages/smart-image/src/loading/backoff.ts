export interface BackoffRules {
  readonly retryDelay: number;
  readonly maxRetryDelay: number;
  readonly random: () => number;
}

/**
 * Full jitter: the n-th retry (from 1) waits a random part of an exponentially growing time, in ms.
 * AWS Architecture Blog, "Exponential Backoff and Jitter" (2015).
 */
export function backoff(retry: number, { retryDelay, maxRetryDelay, random }: BackoffRules): number {
  return random() * Math.min(maxRetryDelay, retryDelay * 2 ** (retry - 1));
}
