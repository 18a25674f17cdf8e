import type { Clock } from './clock.js';
import { HealthError } from './errors.js';
import type { Probe, Target } from './options.js';
import { failed, type Outcome, type ProbeResult, toOutcome } from './outcome.js';

/** One probe under way. */
export interface Attempt {
  /** Ends it without an outcome. */
  cancel(): void;
}

/**
 * Runs a probe once, under a time limit. `done` is called exactly once, unless the attempt is cancelled; what comes of
 * the probe after either is ignored.
 */
export const startAttempt = <T extends Target>(
  probe: Probe<T>,
  target: T,
  { clock, timeout }: { readonly clock: Clock; readonly timeout: number },
  done: (outcome: Outcome, responseTimeMs: number) => void,
): Attempt => {
  const startedAt = clock.now();
  const abort = new AbortController();
  let open = true;
  const close = (): boolean => {
    const was = open;
    open = false;
    stopTimer();
    return was;
  };
  const finish = (outcome: Outcome): void => {
    if (close()) done(outcome, clock.now() - startedAt);
  };
  const stopTimer = clock.after(timeout, () => {
    const error = new HealthError('FOREBAY_PROBE_TIMEOUT', `No answer from ${target.name} within ${timeout} ms`);
    // Aborted first: what `done` starts next must not overlap with this one.
    const first = close();
    abort.abort(error);
    if (first) done(failed(error), clock.now() - startedAt);
  });
  const run = async (): Promise<ProbeResult> => probe(target, { signal: abort.signal });
  run().then(
    (result) => finish(toOutcome(result)),
    (error: unknown) => finish(failed(error)),
  );
  return {
    cancel() {
      if (close()) abort.abort(new HealthError('FOREBAY_PROBER_STOPPED', `Probe of ${target.name} cancelled`));
    },
  };
};
