import { Problem } from '@forebay/reverse-proxy';
import { isSignedImageError } from '../errors.js';

const RETRY_MS = 5000;

/** What a client is told; details and causes stay in the log. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!isSignedImageError(error))
    return new Problem(500, 'internal-error', 'the request failed here', { cause: error });
  switch (error.code) {
    case 'FOREBAY_IMAGE_KEY':
      return new Problem(400, 'bad-image-key', error.message);
    case 'FOREBAY_IMAGE_NOT_FOUND':
      return new Problem(404, 'image-not-found', error.message);
    case 'FOREBAY_IMAGE_DENIED':
      return new Problem(403, 'image-denied', error.message);
    case 'FOREBAY_STORE_TIMEOUT':
      return new Problem(504, 'store-timeout', error.message, { cause: error });
    case 'FOREBAY_STORE_FAILED':
      return new Problem(502, 'store-failed', error.message, { cause: error });
    case 'FOREBAY_SIGNING_FAILED':
      return new Problem(503, 'signing-failed', 'no URL can be signed at the moment', {
        cause: error,
        retryAfterMs: RETRY_MS,
      });
  }
}
