import { createHmac, createSecretKey } from 'node:crypto';
import { equalTexts } from './keyring.js';

/** What a token says: this user may open this path until then. */
export interface ViewerPass {
  /** 1 to 256 characters without control characters and without `:/`, which would make two passes spell the same text. */
  readonly uid: string;
  /** Begins with `/`. */
  readonly path: string;
  /** Unix seconds. */
  readonly expires: number;
}

/** A pass as it comes with a request: texts that anyone may have written. */
export interface PresentedPass {
  readonly uid: string;
  readonly path: string;
  readonly expires: string;
  readonly token: string;
}

/** `forged` is whatever was not signed by one of the secrets, in any of its parts. For logs: callers are told neither. */
export type PassVerdict = 'valid' | 'expired' | 'forged';

export interface ViewerTokensOptions {
  /** The first signs, all verify. The format names no key, so each is tried. */
  readonly secrets: readonly (string | Uint8Array)[];
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: (() => number) | undefined;
}

/** `base64url(HMAC-SHA256(secret, "{uid}:{path}:{expires}"))` without padding: short enough for a site to make in any language. */
export interface ViewerTokens {
  /** @throws {RangeError} naming the part that cannot be signed */
  sign(pass: ViewerPass): string;
  /** The pass as a query: `uid=…&expires=…&token=…`. */
  query(pass: ViewerPass): string;
  check(pass: PresentedPass): PassVerdict;
}

const UID = /^(?![^]*:\/)[^\u0000-\u001f\u007f]{1,256}$/u;
const EXPIRES = /^\d{1,12}$/;

/**
 * Makes and checks viewer tokens.
 *
 * @throws {RangeError} if there is no secret, or an empty one
 */
export const createViewerTokens = ({ secrets, clock = Date.now }: ViewerTokensOptions): ViewerTokens => {
  if (secrets.length === 0 || secrets.some((secret) => secret.length === 0))
    throw new RangeError('Option secrets must hold at least one secret, and no empty one');
  const keys = secrets.map((secret) => createSecretKey(Buffer.from(secret)));
  const [first] = keys;

  const codes = (uid: string, path: string, expires: string, from = keys): string[] =>
    from.map((key) => createHmac('sha256', key).update(`${uid}:${path}:${expires}`).digest('base64url'));

  const sign = ({ uid, path, expires }: ViewerPass): string => {
    if (!UID.test(uid)) throw new RangeError(`The uid ${JSON.stringify(uid)} cannot be signed`);
    if (!path.startsWith('/')) throw new RangeError(`The path ${JSON.stringify(path)} does not begin with "/"`);
    if (!EXPIRES.test(String(expires))) throw new RangeError(`The end ${expires} is no time in Unix seconds`);
    return codes(uid, path, String(expires), first === undefined ? [] : [first])[0] ?? '';
  };

  return {
    sign,
    query: (pass) =>
      `uid=${encodeURIComponent(pass.uid)}&expires=${pass.expires}&token=${encodeURIComponent(sign(pass))}`,
    check({ uid, path, expires, token }) {
      if (!UID.test(uid) || !path.startsWith('/') || !EXPIRES.test(expires)) return 'forged';
      let found = false;
      // Every key is tried whatever came before, so that the time tells nothing.
      for (const code of codes(uid, path, expires)) if (equalTexts(token, code)) found = true;
      if (!found) return 'forged';
      return Number(expires) * 1000 > clock() ? 'valid' : 'expired';
    },
  };
};
