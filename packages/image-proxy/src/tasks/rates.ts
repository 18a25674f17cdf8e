/** What ended within one minute. */
export interface MinuteCount {
  readonly succeeded: number;
  readonly failed: number;
}

/** Minutes over which the failure rate is taken, beside the current one. */
export const RATE_MINUTES = 5;

export const minuteOf = (time: number): number => Math.floor(time / 60_000);

/**
 * Rates from counts a minute, the current one first. The throughput slides: of the minute before, as much counts as lies
 * within the last sixty seconds, as though it had been even (Cloudflare's approximation of a sliding window).
 */
export function ratesOf(
  minutes: readonly MinuteCount[],
  now: number,
): { readonly succeeded: number; readonly failed: number; readonly failureRate: number; readonly throughput: number } {
  const succeeded = minutes.reduce((total, minute) => total + minute.succeeded, 0);
  const failed = minutes.reduce((total, minute) => total + minute.failed, 0);
  const ended = ({ succeeded: well, failed: badly }: MinuteCount = { succeeded: 0, failed: 0 }): number => well + badly;
  const past = (now % 60_000) / 60_000;
  return {
    succeeded,
    failed,
    failureRate: succeeded + failed === 0 ? 0 : failed / (succeeded + failed),
    throughput: Math.round(ended(minutes[0]) + ended(minutes[1]) * (1 - past)),
  };
}
