import { createHmac } from 'node:crypto';
import { createKeyring, type SigningKey } from '@forebay/guard';
import type { ChildKind } from './admission.js';

/** What a grant says: this session may have this resource until then. */
export interface Grant {
  readonly sessionId: string;
  readonly uid: string | undefined;
  readonly kind: ChildKind;
  /** Unix seconds; 0: never. */
  readonly expires: number;
  /** The network that it is bound to; undefined: none. */
  readonly network: string | undefined;
  /** Of the live playlist that named it, in whole seconds; undefined: of none. */
  readonly targetDuration: number | undefined;
}

/** Signs and reads grants: `{session}.{kind}{binding}{expires}[-{target duration}].{key id}.{code}[.{uid}]`. */
export interface Grants {
  readonly looksRight: (text: string) => boolean;
  sign(grant: Grant, resource: string): string;
  /** The grant, if it is one for this resource; `network` is where the request came from. */
  read(text: string, resource: string, network: () => string): Grant | undefined;
}

const LETTERS: Readonly<Record<ChildKind, string>> = {
  playlist: 'p',
  segment: 's',
  key: 'k',
  'asset-list': 'a',
  steering: 't',
};
const KINDS: ReadonlyMap<string, ChildKind> = new Map([
  ['p', 'playlist'],
  ['s', 'segment'],
  ['k', 'key'],
  ['a', 'asset-list'],
  ['t', 'steering'],
]);

// 128 bits of the code are 22 characters.
const SHAPE =
  /^([\w-]{1,64})\.([pskat])([ba])([\da-z]{1,8})(?:-([\da-z]{1,2}))?\.([\w-]{1,16}\.[\w-]{22})(?:\.([\w-]{1,1400}))?$/;

/** A name for a secret that tells nothing of it, so that what it signed finds it again in whatever order secrets are. */
const idOf = (secret: string): string => createHmac('sha256', secret).update('key id').digest('base64url').slice(0, 6);

/** Secrets as keys; a secret that is there twice counts once. */
export const keysOf = (secrets: readonly string[]): SigningKey[] =>
  [...new Set(secrets)].map((secret) => ({ id: idOf(secret), secret }));

export const createGrants = (keys: readonly SigningKey[]): Grants => {
  const ring = createKeyring({ keys, purpose: 'hls grant', bytes: 16 });
  return {
    looksRight: (text) => SHAPE.test(text),
    sign({ sessionId, uid, kind, expires, network, targetDuration }, resource) {
      const live = targetDuration === undefined ? '' : `-${targetDuration.toString(36)}`;
      const terms = `${LETTERS[kind]}${network === undefined ? 'a' : 'b'}${expires.toString(36)}${live}`;
      const name = uid === undefined ? '' : Buffer.from(uid).toString('base64url');
      const code = ring.sign(sessionId, terms, name, resource, network ?? '');
      return `${sessionId}.${terms}.${code}${name === '' ? '' : `.${name}`}`;
    },
    read(text, resource, network) {
      const match = SHAPE.exec(text);
      if (match === null) return undefined;
      const [, sessionId = '', letter = '', binding = '', time = '', live, code = '', name] = match;
      const kind = KINDS.get(letter);
      const uid = name === undefined ? undefined : Buffer.from(name, 'base64url').toString();
      const bound = binding === 'b' ? network() : undefined;
      if (kind === undefined) return undefined;
      const terms = `${letter}${binding}${time}${live === undefined ? '' : `-${live}`}`;
      if (!ring.verify(code, sessionId, terms, name ?? '', resource, bound ?? '')) return undefined;
      const targetDuration = live === undefined ? undefined : Number.parseInt(live, 36);
      return { sessionId, uid, kind, expires: Number.parseInt(time, 36), network: bound, targetDuration };
    },
  };
};
