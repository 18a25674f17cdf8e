/** What went wrong, for code: names are stable, messages are not. */
export type SmartImageErrorCode =
  /** The picture could not be shown by any way that there is. */
  | 'FOREBAY_IMAGE_FAILED'
  /** The key can be no image key: empty, a dot segment, control characters, or over 1024 bytes. */
  | 'FOREBAY_IMAGE_KEY'
  /** The server answered the look-up, and has no URL for this key. */
  | 'FOREBAY_IMAGE_UNKNOWN'
  /** The look-up itself failed: no answer, no JSON, or a status that is none of success. */
  | 'FOREBAY_LOOKUP_FAILED'
  /** Nobody waits for the URL any more. */
  | 'FOREBAY_LOOKUP_ABORTED';

/** Base class of all errors of this package. */
export class SmartImageError extends Error {
  override readonly name = 'SmartImageError';
  readonly code: SmartImageErrorCode;
  /** The key that it is about, where it is about one. */
  readonly imageKey: string | undefined;

  constructor(code: SmartImageErrorCode, message: string, options: { imageKey?: string; cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.imageKey = options.imageKey;
  }
}

/** Works across realms and copies of the package. */
export function isSmartImageError(error: unknown): error is SmartImageError {
  return error instanceof Error && error.name === 'SmartImageError' && 'code' in error;
}
