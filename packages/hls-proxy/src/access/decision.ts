import { createHash } from 'node:crypto';
import { addressPrefix, createViewerTokens } from '@forebay/guard';
import { parseCmcd } from '../sessions/cmcd.js';
import type { UseLimit } from '../sessions/store.js';
import type { Viewer } from '../sessions/sessions.js';
import type { ChildKind, Resource, ViewerRequest } from './admission.js';
import { FOREIGN, type ForeignUrls } from './foreign-urls.js';
import type { Grants } from './grants.js';
import type { ResolvedAccessOptions } from './options.js';
import { decodeCmcd, readOwnQuery, takePass, type OwnQuery } from './own-query.js';

/** Why a request is refused; for the operator, never for the caller. */
export type Refusal =
  | 'address-not-allowed'
  | 'forged-url'
  | 'forged-grant'
  | 'expired-grant'
  | 'no-token'
  | 'forged-token'
  | 'expired-token';

/** What a request may have, as far as it can be said without asking anyone. */
export type Decision =
  | { readonly by: 'refused'; readonly why: Refusal }
  | {
      readonly by: 'grant' | 'token' | 'allow-list' | 'anyone';
      readonly resource: Resource;
      readonly viewer: Viewer;
      readonly network: string | undefined;
      /** Those of a grant. */
      readonly sessionId: string | undefined;
      readonly kind: ChildKind | undefined;
      /** Of the token or the key, if it has a limit. */
      readonly use: UseLimit | undefined;
    };

export interface DecisionParts {
  readonly options: ResolvedAccessOptions;
  readonly grants: Grants;
  readonly foreign: ForeignUrls;
}

const refused = (why: Refusal): Decision => ({ by: 'refused', why });

/** What counts is remembered by a name that is of no use to whoever reads it. */
const nameOf = (what: string, secret: string): string =>
  `${what} ${createHash('sha256').update(secret).digest('base64url').slice(0, 22)}`;

/** An address that is none (a Unix socket) is a network of its own. */
const networkOf = (address: string): string => addressPrefix(address) ?? `of ${address}`;

const withQuery = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`);

/** The stream that a request without a grant begins: the playlist, or the folder of anything else. */
const streamOf = (path: string): string => (/\.m3u8?$/i.test(path) ? path : path.slice(0, path.lastIndexOf('/') + 1));

const cmcdOf = (request: ViewerRequest, query: OwnQuery): Viewer['cmcd'] => {
  const text = query.cmcd === undefined ? undefined : decodeCmcd(query.cmcd);
  return text === undefined ? request.cmcd : { ...request.cmcd, ...parseCmcd(text) };
};

/** Makes the function that decides. It asks nobody, counts nothing and opens nothing. */
export const createDecide = ({ options, grants, foreign }: DecisionParts): ((request: ViewerRequest) => Decision) => {
  const { sessions, tokenSecrets, clock } = options;
  const closed = tokenSecrets.length > 0;
  const tokens = closed ? createViewerTokens({ secrets: tokenSecrets, clock }) : undefined;

  /** A grant that lasts (of a playlist on demand) has its uses anew after as long as any other one lives. */
  const keyUse = (kind: ChildKind, grant: string, expires: number): UseLimit | undefined => {
    if (!closed || kind !== 'key') return undefined;
    const left = expires === 0 ? Number.POSITIVE_INFINITY : expires * 1000 - clock();
    return { name: nameOf('key', grant), limit: options.keyUses, lifetime: Math.min(left, 2 * options.keyLifetime) };
  };

  return (request) => {
    const { target, address, userAgent } = request;
    if (options.allowed?.contains(address) === false) return refused('address-not-allowed');
    const query = readOwnQuery(target.query, grants.looksRight);
    const isForeign = target.path.startsWith(FOREIGN);
    const url = isForeign ? foreign.open(target.path) : undefined;
    if (isForeign && url === undefined) return refused('forged-url');
    if (url !== undefined && query.directives !== '')
      url.search = url.search === '' ? query.directives : `${url.search}&${query.directives}`;
    const resource = url === undefined ? { local: withQuery(target.path, query.upward) } : { foreign: url };

    const viewer = (uid: string | undefined, expiresAt: number | undefined, allowedBy?: string): Viewer => ({
      uid,
      address,
      userAgent,
      stream: streamOf(target.path),
      allowedBy,
      expiresAt,
      cmcd: cmcdOf(request, query),
    });
    const bound = (always: boolean): string | undefined =>
      always || options.bindAddress ? networkOf(address) : undefined;

    if (query.grant !== undefined) {
      const named = isForeign ? target.path : withQuery(target.path, query.origin);
      const grant = grants.read(query.grant, named, () => networkOf(address));
      if (grant === undefined && closed) return refused('forged-grant');
      if (grant !== undefined && grant.expires !== 0 && grant.expires * 1000 <= clock())
        return refused('expired-grant');
      if (grant !== undefined) {
        const { kind, expires, uid, sessionId, network } = grant;
        const expiresAt = expires === 0 ? undefined : expires * 1000;
        const use = keyUse(kind, query.grant, expires);
        return { by: 'grant', resource, viewer: viewer(uid, expiresAt), network, sessionId, kind, use };
      }
    }

    const first = { resource, sessionId: undefined, kind: undefined };
    const entry = sessions.allowed(address, target.path, userAgent);
    if (tokens === undefined)
      return {
        ...first,
        by: 'anyone',
        viewer: viewer(entry?.uid, undefined, entry?.id),
        network: bound(false),
        use: undefined,
      };
    // Tokens and entries are for paths of ours.
    if (isForeign) return refused('no-token');
    const taken = takePass(query.upward, target.path);
    const verdict = taken === undefined ? 'none' : tokens.check(taken.pass);
    if (taken !== undefined && verdict === 'valid') {
      const { uid, expires, token } = taken.pass;
      const ends = Number(expires) * 1000;
      return {
        ...first,
        by: 'token',
        resource: { local: withQuery(target.path, taken.rest) },
        viewer: viewer(uid, ends),
        network: bound(false),
        use:
          options.tokenUses === undefined
            ? undefined
            : { name: nameOf('token', token), limit: options.tokenUses, lifetime: ends - clock() },
      };
    }
    if (entry === undefined)
      return refused(verdict === 'expired' ? 'expired-token' : verdict === 'forged' ? 'forged-token' : 'no-token');
    const ends = entry.expiresAt ?? clock() + options.allowedLifetime;
    return {
      ...first,
      by: 'allow-list',
      viewer: viewer(entry.uid, ends, entry.id),
      network: bound(true),
      use: undefined,
    };
  };
};
