import { SignedImageError } from './errors.js';

/** What S3 and its like take at most, in bytes of UTF-8. */
const MAX_KEY_BYTES = 1024;

const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
// A browser, a proxy or an SDK on the way would resolve these, and ask for another object than the one signed for.
const DOT_SEGMENT = /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/;

const refuse = (why: string): SignedImageError => new SignedImageError('FOREBAY_IMAGE_KEY', `image_key: ${why}`);

/**
 * Checks the key of an image and returns it: any Unicode path, also one that looks like an endpoint.
 *
 * @throws {SignedImageError} `FOREBAY_IMAGE_KEY` for what is empty, has a `.` or `..` segment or a control character, is not
 * well-formed Unicode, or takes more than 1024 bytes; the message names the field and the reason.
 */
export function checkImageKey(key: string): string {
  if (key === '') throw refuse('must not be empty');
  // No key of the allowed bytes has more characters; the longest of all need not be encoded to be refused.
  if (key.length > MAX_KEY_BYTES || Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw refuse(`must take at most ${MAX_KEY_BYTES} bytes of UTF-8`);
  if (CONTROL.test(key)) throw refuse('must not hold control characters');
  if (LONE_SURROGATE.test(key)) throw refuse('must be well-formed Unicode');
  if (DOT_SEGMENT.test(key)) throw refuse('must not hold a "." or ".." segment');
  return key;
}

/**
 * Reads a key from a part of a request target as it was sent: percent-encodings are decoded once, a plus is a plus.
 *
 * @throws {SignedImageError} as {@link checkImageKey}, and for percent-encodings that are malformed or not UTF-8.
 */
export function parseImageKey(raw: string): string {
  return checkImageKey(raw.includes('%') ? decode(raw) : raw);
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw refuse('must be percent-encoded UTF-8');
  }
}
