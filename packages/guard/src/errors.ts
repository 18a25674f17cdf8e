/** Stable codes of {@link GuardError}. */
export type GuardErrorCode = 'FOREBAY_ADDRESS_REFUSED' | 'FOREBAY_URL_NOT_SEALED';

/** The base class of every error that this package raises on its own account. */
export class GuardError extends Error {
  override readonly name: string = 'GuardError';
  readonly code: GuardErrorCode;

  constructor(code: GuardErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether `error` is a {@link GuardError}, also one of another copy of this package or another realm. */
export const isGuardError = (error: unknown): error is GuardError =>
  error instanceof Error && error.name === 'GuardError' && 'code' in error;
