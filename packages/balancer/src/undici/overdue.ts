import type { Attempt } from './attempt.js';
import { UpstreamDeadlineError, UpstreamError } from './errors.js';

/** Connections become free as soon as answers end. */
const busyRetryMs = 1000;

/** Why a call has no answer when its time is up: nobody had a connection for it, or nobody answered. */
export function overdue(attempts: readonly Attempt[], errors: readonly UpstreamError[], deadline: number): Error {
  const [first] = attempts;
  if (first === undefined || attempts.some(({ sent }) => sent)) return new UpstreamDeadlineError(deadline, errors);
  const details = { retryAfterMs: busyRetryMs };
  return new UpstreamError('FOREBAY_BUSY', first.origin.name, 'no connection became free in time', details);
}
