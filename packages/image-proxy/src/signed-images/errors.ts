/**
 * What a {@link SignedImageError} is about; stable. `FOREBAY_IMAGE_KEY`: the key cannot be one. `FOREBAY_IMAGE_NOT_FOUND`:
 * the store has no such image. `FOREBAY_IMAGE_DENIED`: the store refuses these credentials this image.
 * `FOREBAY_STORE_FAILED`, `FOREBAY_STORE_TIMEOUT`: the store did not do its part. `FOREBAY_SIGNING_FAILED`: no URL could be
 * signed; the cause says why.
 */
export type SignedImageErrorCode =
  | 'FOREBAY_IMAGE_KEY'
  | 'FOREBAY_IMAGE_NOT_FOUND'
  | 'FOREBAY_IMAGE_DENIED'
  | 'FOREBAY_STORE_FAILED'
  | 'FOREBAY_STORE_TIMEOUT'
  | 'FOREBAY_SIGNING_FAILED';

const FINAL: ReadonlySet<SignedImageErrorCode> = new Set([
  'FOREBAY_IMAGE_KEY',
  'FOREBAY_IMAGE_NOT_FOUND',
  'FOREBAY_IMAGE_DENIED',
]);

/** The base of every error that signed images make. Messages never hold a URL or any part of a signature. */
export class SignedImageError extends Error {
  override readonly name = 'SignedImageError';
  readonly code: SignedImageErrorCode;
  /** Whether the same may succeed later; false for what only another key or other rights would change. */
  readonly retryable: boolean;

  constructor(code: SignedImageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = !FINAL.has(code);
  }
}

/** Whether an error is a {@link SignedImageError}, of whichever copy or realm of this package. */
export function isSignedImageError(error: unknown): error is SignedImageError {
  return error instanceof Error && error.name === 'SignedImageError' && 'retryable' in error;
}
