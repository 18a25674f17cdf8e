import { createHash } from 'node:crypto';
import { addressPrefix, createViewerTokens, type ViewerTokens } from '@forebay/guard';
import { parseCmcd } from '../sessions/cmcd.js';
import type { UseLimit } from '../sessions/store.js';
import type { Viewer } from '../sessions/sessions.js';
import type { ChildKind, Resource, ViewerRequest } from './admission.js';
import { FOREIGN, type ForeignUrls } from './foreign-urls.js';
import type { Grants } from './grants.js';
import type { ResolvedAccessOptions } from './options.js';
import { decodeCmcd, readOwnQuery, takePass, type OwnQuery, type TakenPass } from './own-query.js';

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
      /** ms. */
      readonly targetDuration: number | undefined;
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

/** Of a request that came without a grant. */
const FIRST = { sessionId: undefined, kind: undefined, targetDuration: undefined, use: undefined } as const;

const withQuery = (path: string, query: string): string => (query === '' ? path : `${path}?${query}`);

/** The stream that a request without a grant begins: the playlist, or the folder of anything else. */
const streamOf = (path: string): string => (/\.m3u8?$/i.test(path) ? path : path.slice(0, path.lastIndexOf('/') + 1));

const cmcdOf = (request: ViewerRequest, query: OwnQuery): Viewer['cmcd'] => {
  const text = query.cmcd === undefined ? undefined : decodeCmcd(query.cmcd);
  return text === undefined ? request.cmcd : { ...request.cmcd, ...parseCmcd(text) };
};

/** A request, read. */
interface Asked {
  readonly request: ViewerRequest;
  readonly query: OwnQuery;
  readonly isForeign: boolean;
  readonly resource: Resource;
  /** The same without a player's directives: what a playlist named. */
  readonly named: Resource;
}

const viewerOf = (
  { request, query }: Asked,
  right: { readonly uid?: string | undefined; readonly expiresAt?: number | undefined; readonly allowedBy?: string },
): Viewer => ({
  uid: right.uid,
  address: request.address,
  userAgent: request.userAgent,
  stream: streamOf(request.target.path),
  allowedBy: right.allowedBy,
  expiresAt: right.expiresAt,
  cmcd: cmcdOf(request, query),
});

/** Makes the function that decides. It asks nobody, counts nothing and opens nothing. */
export const createDecide = ({ options, grants, foreign }: DecisionParts): ((request: ViewerRequest) => Decision) => {
  const { sessions, tokenSecrets, clock } = options;
  const tokens = tokenSecrets.length > 0 ? createViewerTokens({ secrets: tokenSecrets, clock }) : undefined;

  /** Undefined: a URL on another host that was not sealed here. */
  const read = (request: ViewerRequest): Asked | undefined => {
    const { path, query: text } = request.target;
    const query = readOwnQuery(text, grants.looksRight);
    if (!path.startsWith(FOREIGN)) {
      const named = { local: withQuery(path, query.origin) };
      return { request, query, isForeign: false, resource: { local: withQuery(path, query.upward) }, named };
    }
    const url = foreign.open(path);
    if (url === undefined) return undefined;
    const named = { foreign: url };
    if (query.directives === '') return { request, query, isForeign: true, resource: named, named };
    const directed = new URL(url);
    directed.search = url.search === '' ? query.directives : `${url.search}&${query.directives}`;
    return { request, query, isForeign: true, resource: { foreign: directed }, named };
  };

  const boundTo = ({ request }: Asked): string | undefined =>
    options.bindAddress ? networkOf(request.address) : undefined;

  /** A grant that lasts (of a playlist on demand) has its uses anew after as long as any other one lives. */
  const keyUse = (grant: string, ends: number | undefined): UseLimit => ({
    name: nameOf('key', grant),
    limit: options.keyUses,
    lifetime: Math.min((ends ?? Number.POSITIVE_INFINITY) - clock(), 2 * options.keyLifetime),
  });

  const byGrant = (asked: Asked, text: string): Decision => {
    const { isForeign, query, request } = asked;
    const { address, target } = request;
    const named = isForeign ? target.path : withQuery(target.path, query.origin);
    const grant = grants.read(text, named, () => networkOf(address));
    if (grant === undefined) return refused('forged-grant');
    const { expires, kind, network, sessionId, uid } = grant;
    const expiresAt = expires === 0 ? undefined : expires * 1000;
    if (expiresAt !== undefined && expiresAt <= clock()) return refused('expired-grant');
    const use = tokens !== undefined && kind === 'key' ? keyUse(text, expiresAt) : undefined;
    // Directives are for documents; to bytes anyone could add them to have the same fetched and kept again and again.
    const resource = kind === 'segment' || kind === 'key' ? asked.named : asked.resource;
    const targetDuration = grant.targetDuration === undefined ? undefined : grant.targetDuration * 1000;
    const viewer = viewerOf(asked, { uid, expiresAt });
    return { by: 'grant', resource, viewer, network, sessionId, kind, targetDuration, use };
  };

  const byAnyone = (asked: Asked): Decision => {
    const { address, target, userAgent } = asked.request;
    const entry = sessions.allowed(address, target.path, userAgent);
    const viewer = viewerOf(asked, entry === undefined ? {} : { uid: entry.uid, allowedBy: entry.id });
    return { by: 'anyone', resource: asked.resource, viewer, network: boundTo(asked), ...FIRST };
  };

  const byToken = (asked: Asked, taken: TakenPass): Decision => {
    const { uid, expires, token, path } = taken.pass;
    const expiresAt = Number(expires) * 1000;
    const use =
      options.tokenUses === undefined
        ? undefined
        : { name: nameOf('token', token), limit: options.tokenUses, lifetime: expiresAt - clock() };
    const resource = { local: withQuery(path, taken.rest) };
    return {
      by: 'token',
      resource,
      viewer: viewerOf(asked, { uid, expiresAt }),
      network: boundTo(asked),
      ...FIRST,
      use,
    };
  };

  /** Tokens and entries are for paths of ours. */
  const byTokenOrEntry = (asked: Asked, check: ViewerTokens): Decision => {
    if (asked.isForeign) return refused('no-token');
    const { address, target, userAgent } = asked.request;
    const taken = takePass(asked.query.upward, target.path);
    const verdict = taken === undefined ? 'no' : check.check(taken.pass);
    if (taken !== undefined && verdict === 'valid') return byToken(asked, taken);
    const entry = sessions.allowed(address, target.path, userAgent);
    if (entry === undefined) return refused(verdict === 'valid' ? 'no-token' : `${verdict}-token`);
    const expiresAt = entry.expiresAt ?? clock() + options.allowedLifetime;
    const viewer = viewerOf(asked, { uid: entry.uid, expiresAt, allowedBy: entry.id });
    // The address was what let the viewer in, so nothing of it is good elsewhere.
    return { by: 'allow-list', resource: asked.resource, viewer, network: networkOf(address), ...FIRST };
  };

  return (request) => {
    if (options.allowed?.contains(request.address) === false) return refused('address-not-allowed');
    const asked = read(request);
    if (asked === undefined) return refused('forged-url');
    const { grant } = asked.query;
    if (grant !== undefined) {
      const decision = byGrant(asked, grant);
      // Where anyone may watch, a grant that is no good (any more) is as good as none.
      if (decision.by === 'grant' || tokens !== undefined) return decision;
    }
    return tokens === undefined ? byAnyone(asked) : byTokenOrEntry(asked, tokens);
  };
};
