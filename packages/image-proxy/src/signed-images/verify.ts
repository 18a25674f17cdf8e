import { getGlobalDispatcher, type Dispatcher } from 'undici';
import { SignedImageError } from './errors.js';

export interface VerifyOptions {
  /** Asks the store: undici's. @default undici's global one */
  readonly dispatcher?: Dispatcher;
  /** For the store to answer, in ms. @default 5000 */
  readonly timeout?: number;
}

/**
 * Asks the store for the first byte behind a URL: the very URL that will be given out, for its method as well, which a HEAD
 * would not show.
 *
 * @throws {SignedImageError} that says what is wrong, and whether it may be different another time.
 */
export async function verifyUrl(url: string, signal: AbortSignal | undefined, options: VerifyOptions): Promise<void> {
  const { dispatcher = getGlobalDispatcher(), timeout = 5000 } = options;
  const { origin, pathname, search } = new URL(url);
  const timer = AbortSignal.timeout(timeout);
  const status = await dispatcher
    .request({
      origin,
      path: pathname + search,
      method: 'GET',
      headers: { range: 'bytes=0-0', 'accept-encoding': 'identity' },
      signal: signal === undefined ? timer : AbortSignal.any([signal, timer]),
    })
    .then(
      ({ statusCode, body }) => {
        // A store that knows no ranges would send it whole.
        body.on('error', () => undefined).destroy();
        return statusCode;
      },
      (error: unknown) => {
        signal?.throwIfAborted();
        // The cause stays here: what undici says may name the path.
        throw timer.aborted || isTimeout(error)
          ? new SignedImageError('FOREBAY_STORE_TIMEOUT', 'the store did not answer in time')
          : new SignedImageError('FOREBAY_STORE_FAILED', 'the store cannot be reached');
      },
    );
  const error = errorOf(status);
  if (error !== undefined) throw error;
}

/** 416 is how a store speaks of an empty object. */
function errorOf(status: number): SignedImageError | undefined {
  if (status < 300 || status === 416) return undefined;
  if (status === 404 || status === 410)
    return new SignedImageError('FOREBAY_IMAGE_NOT_FOUND', 'the store has no image of this key');
  if (status === 403) return new SignedImageError('FOREBAY_IMAGE_DENIED', 'the store denies access to this key');
  if (status === 504) return new SignedImageError('FOREBAY_STORE_TIMEOUT', 'the store answered 504');
  return new SignedImageError('FOREBAY_STORE_FAILED', `the store answered ${status}`);
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /TIMEOUT|DEADLINE/.test(String(error.code));
}
