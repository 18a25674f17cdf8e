import { HealthError } from './errors.js';

/** What a probe may answer beyond yes and no. */
export interface ProbeAnswer {
  readonly healthy: boolean;
  /** The target wants no new work, but finishes what it has (HAProxy's agent check). Kept until another answer says otherwise. */
  readonly drain?: boolean | undefined;
  /** The share of its weight that the target can carry now, 0…1. Kept until another answer says otherwise. */
  readonly weightShare?: number | undefined;
  /** Why it is not healthy. */
  readonly reason?: string | undefined;
}

/** A probe returns nothing or `true` for healthy, `false` or a rejection for unhealthy, or a {@link ProbeAnswer}. */
export type ProbeResult = void | boolean | ProbeAnswer;

/** One outcome, of a probe or reported. */
export interface Outcome {
  readonly healthy: boolean;
  readonly drain: boolean | undefined;
  readonly weightShare: number | undefined;
  readonly error: Error | undefined;
}

const asError = (cause: unknown): Error =>
  cause instanceof Error ? cause : new HealthError('FOREBAY_PROBE_FAILED', String(cause));

const clampShare = (share: number | undefined): number | undefined =>
  share === undefined || Number.isNaN(share) ? undefined : Math.min(Math.max(share, 0), 1);

/** A rejection, a synchronous throw or a time-out is an outcome like any other. */
export const failed = (cause: unknown): Outcome => ({
  healthy: false,
  drain: undefined,
  weightShare: undefined,
  error: asError(cause),
});

export const toOutcome = (result: ProbeResult): Outcome => {
  if (typeof result !== 'object') {
    return result === false
      ? failed(new HealthError('FOREBAY_PROBE_FAILED', 'The probe answered no'))
      : { healthy: true, drain: undefined, weightShare: undefined, error: undefined };
  }
  const { healthy, drain, reason } = result;
  const error = healthy ? undefined : new HealthError('FOREBAY_PROBE_FAILED', reason ?? 'The probe answered no');
  return { healthy, drain, weightShare: clampShare(result.weightShare), error };
};
