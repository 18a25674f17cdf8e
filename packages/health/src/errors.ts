/** Stable codes of {@link HealthError}. */
export type HealthErrorCode =
  | 'FOREBAY_PROBE_FAILED'
  | 'FOREBAY_PROBE_TIMEOUT'
  | 'FOREBAY_PROBER_STOPPED'
  | 'FOREBAY_UNKNOWN_TARGET';

/** The base class of every error that this package raises on its own account. */
export class HealthError extends Error {
  override readonly name: string = 'HealthError';
  readonly code: HealthErrorCode;

  constructor(code: HealthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether `error` is a {@link HealthError}, also one of another copy of this package or another realm. */
export const isHealthError = (error: unknown): error is HealthError =>
  error instanceof Error && error.name === 'HealthError' && 'code' in error;
