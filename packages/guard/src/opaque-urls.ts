import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { GuardError } from './errors.js';
import { checkKeys, deriveKey, joinParts, type SigningKey } from './keyring.js';

export interface OpaqueUrlsOptions {
  /** The first seals, all open. */
  readonly keys: readonly SigningKey[];
  /** Longest URL that is sealed, in bytes; what is sealed is about 4/3 of it and 30 characters longer. @default 4096 */
  readonly maxBytes?: number | undefined;
}

/** URLs that travel through strangers' hands, unreadable and unchangeable. */
export interface OpaqueUrls {
  /**
   * A text of letters, digits, `-`, `_` and one `.`. The same URL gives the same text for as long as the first key is the
   * same: players compare URLs from one playlist to the next. The fragment is left out.
   *
   * @throws {GuardError} `FOREBAY_URL_NOT_SEALED` for a scheme other than http and https, and for what is too long
   */
  seal(url: URL): string;
  /** The URL, if the text was sealed with one of these keys and has not been changed since. */
  open(sealed: string): URL | undefined;
}

const TAG_BYTES = 16;
const CIPHER = 'aes-256-ctr';

interface SealingKey {
  readonly code: KeyObject;
  readonly cipher: KeyObject;
}

const tagOf = (key: SealingKey, href: string): Buffer =>
  createHmac('sha256', key.code)
    .update(joinParts([href]) ?? '')
    .digest()
    .subarray(0, TAG_BYTES);

/**
 * Makes a sealer. The code of a URL is the initial vector of its encryption (SIV, the construction of RFC 5297 with
 * HMAC-SHA256 and AES-256-CTR), which needs no nonce: what is the same looks the same, and nothing else shows.
 *
 * @throws {RangeError} naming the option that is wrong
 */
export const createOpaqueUrls = ({ keys, maxBytes = 4096 }: OpaqueUrlsOptions): OpaqueUrls => {
  checkKeys(keys);
  if (!Number.isInteger(maxBytes) || maxBytes < 1)
    throw new RangeError(`Option maxBytes is ${String(maxBytes)}, must be a whole number above 0`);
  const derived = new Map(
    keys.map(({ id, secret }) => [
      id,
      { code: deriveKey(secret, 'opaque url code'), cipher: deriveKey(secret, 'opaque url cipher') },
    ]),
  );
  const first = derived.entries().next().value;
  if (first === undefined) throw new RangeError('Option keys is empty: there must be one to seal with');
  const [id, key] = first;
  const longest = Math.ceil(((TAG_BYTES + maxBytes) * 4) / 3);

  return {
    seal(url) {
      if (url.protocol !== 'http:' && url.protocol !== 'https:')
        throw new GuardError('FOREBAY_URL_NOT_SEALED', `A URL with the scheme ${url.protocol} is not sealed`);
      const href = url.hash === '' ? url.href : url.href.slice(0, -url.hash.length);
      if (href.length > maxBytes)
        throw new GuardError(
          'FOREBAY_URL_NOT_SEALED',
          `A URL of ${href.length} bytes is not sealed, at most ${maxBytes}`,
        );
      const tag = tagOf(key, href);
      const cipher = createCipheriv(CIPHER, key.cipher, tag);
      return `${id}.${Buffer.concat([tag, cipher.update(href, 'latin1'), cipher.final()]).toString('base64url')}`;
    },
    open(sealed) {
      const dot = sealed.indexOf('.');
      const named = derived.get(sealed.slice(0, Math.max(0, dot)));
      const text = sealed.slice(dot + 1);
      if (named === undefined || text.length > longest) return undefined;
      const bytes = Buffer.from(text, 'base64url');
      // One spelling a URL: the decoder skips strange characters and leftover bits.
      if (bytes.length <= TAG_BYTES || bytes.toString('base64url') !== text) return undefined;
      const tag = bytes.subarray(0, TAG_BYTES);
      const decipher = createDecipheriv(CIPHER, named.cipher, tag);
      const href = decipher.update(bytes.subarray(TAG_BYTES), undefined, 'latin1') + decipher.final('latin1');
      return timingSafeEqual(tag, tagOf(named, href)) && URL.canParse(href) ? new URL(href) : undefined;
    },
  };
};
