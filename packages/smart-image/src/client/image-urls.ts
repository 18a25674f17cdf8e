import { SmartImageError } from '../errors.js';

/** How the server is asked for a picture: by a redirect to a signed URL, by a newly signed one, or through itself. */
export type Delivery = 'redirect' | 'refresh' | 'proxy';

const maxKeyBytes = 1024;
const control = /[\u0000-\u001f\u007f-\u009f]/;
const loneSurrogate = /\p{Surrogate}/u;

/**
 * An image key as a URL path: each segment percent-encoded, slashes kept.
 *
 * @throws SmartImageError `FOREBAY_IMAGE_KEY` for a key that the server would refuse, or that a browser would change
 * on the way (it resolves `.` and `..`, however they are encoded).
 */
export function encodeImageKey(imageKey: string): string {
  const bad = whatIsWrong(imageKey);
  if (bad !== undefined) throw new SmartImageError('FOREBAY_IMAGE_KEY', `The image key ${bad}`, { imageKey });
  return imageKey.split('/').map(encodeURIComponent).join('/');
}

function whatIsWrong(imageKey: string): string | undefined {
  if (imageKey === '') return 'is empty';
  if (control.test(imageKey)) return 'holds control characters';
  if (loneSurrogate.test(imageKey)) return 'is not well-formed Unicode';
  if (imageKey.split(/[/\\]/).some((segment) => segment === '.' || segment === '..')) return 'holds a dot segment';
  if (new TextEncoder().encode(imageKey).length > maxKeyBytes) return `is longer than ${maxKeyBytes} bytes`;
  return undefined;
}

/**
 * The URL under which the server gives a picture. A plain redirect has no query, so that browsers keep it as long as
 * the server lets them; a refreshed one is different every time (`nonce`), so that none is taken from a cache.
 */
export function imageUrl(baseUrl: string, imageKey: string, delivery: Delivery, nonce = ''): string {
  const url = `${baseUrl}/api/v1/images/${encodeImageKey(imageKey)}`;
  if (delivery === 'proxy') return `${url}?mode=proxy`;
  if (delivery === 'refresh') return `${url}?mode=redirect&refresh=true&t=${nonce}`;
  return url;
}
