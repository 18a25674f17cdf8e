/**
 * A wait in ms before attempt `attempt + 1`, anywhere between 0 and `base × 2^attempt`, capped: full jitter
 * ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 */
export function fullJitterBackoff(
  attempt: number,
  baseMs: number,
  capMs: number,
  random: () => number = Math.random,
): number {
  return random() * Math.min(capMs, baseMs * 2 ** attempt);
}
