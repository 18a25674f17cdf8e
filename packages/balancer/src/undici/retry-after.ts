/** `Retry-After` (RFC 9110 § 10.2.3), seconds or a date, as ms from now; undefined if there is none that can be read. */
export function retryAfterMs(value: string | string[] | undefined, now: number = Date.now()): number | undefined {
  if (typeof value !== 'string') return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
