import { isSignedImageError, SignedImageError } from '../errors.js';
import type { Presigned, PresignRequest } from '../presigners/presigner.js';
import type { BookEntry } from './book-store.js';
import type { ResolvedBookOptions } from './options.js';

type Method = NonNullable<PresignRequest['method']>;

/** Printable ASCII, so that it can stand in a header. */
const SANE_URL = /^https?:\/\/[\u0021-\u007e]+$/;

/** Signs a URL and decides when it is due. @throws {SignedImageError} `FOREBAY_SIGNING_FAILED`, or what the presigner says */
export async function signUrl(options: ResolvedBookOptions, key: string, method: Method = 'GET'): Promise<BookEntry> {
  const signedAt = options.clock.now();
  const { url, expiresAt } = await presign(options, key, { method, lifetime: options.lifetime, now: signedAt });
  if (!SANE_URL.test(url)) throw failed('what was signed is no URL');
  // It may have taken its time, and credentials end when they do.
  if (!(expiresAt > options.clock.now())) throw failed('the URL has expired before it was signed');
  return { key, url, signedAt, refreshAt: refreshAt(options, signedAt, expiresAt), expiresAt };
}

async function presign(
  { presign: sign }: ResolvedBookOptions,
  key: string,
  request: PresignRequest,
): Promise<Presigned> {
  try {
    return await sign(key, request);
  } catch (error) {
    if (isSignedImageError(error)) throw error;
    throw failed('the presigner failed', { cause: error });
  }
}

/** Short lives are refreshed a quarter ahead: by the fixed time they would be due as soon as they were signed. */
function refreshAt(
  { refreshBefore, jitter, random }: ResolvedBookOptions,
  signedAt: number,
  expiresAt: number,
): number {
  const ahead = Math.min(refreshBefore, (expiresAt - signedAt) / 4);
  return Math.round(expiresAt - ahead * (1 + jitter * random()));
}

const failed = (message: string, options?: ErrorOptions): SignedImageError =>
  new SignedImageError('FOREBAY_SIGNING_FAILED', message, options);
