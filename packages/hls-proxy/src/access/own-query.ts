import type { PresentedPass } from '@forebay/guard';

/** A query taken apart: what is ours, what is the player's, what is the origin's. */
export interface OwnQuery {
  /** The text of the grant, if there is one. */
  readonly grant: string | undefined;
  /** The origin's parameters and the player's directives (`_HLS_msn` …), as they go up. */
  readonly upward: string;
  /** The origin's parameters alone: what a grant is for. */
  readonly origin: string;
  /** The directives alone. */
  readonly directives: string;
  /** Still percent-encoded. */
  readonly cmcd: string | undefined;
}

/** The parameter that carries a grant. */
export const GRANT = 'fb';

const PLAIN: OwnQuery = { grant: undefined, upward: '', origin: '', directives: '', cmcd: undefined };

/**
 * Takes a canonical query apart. A parameter with the grant's name that does not look like one is the origin's own.
 * CMCD differs from one request to the next and is for us: going up, it would make every request another resource.
 */
export const readOwnQuery = (query: string, looksLikeGrant: (text: string) => boolean): OwnQuery => {
  if (query === '') return PLAIN;
  let grant: string | undefined;
  let cmcd: string | undefined;
  const upward: string[] = [];
  const origin: string[] = [];
  const directives: string[] = [];
  for (const pair of query.split('&')) {
    if (pair.startsWith(`${GRANT}=`) && looksLikeGrant(pair.slice(GRANT.length + 1))) {
      grant = pair.slice(GRANT.length + 1);
    } else if (pair.startsWith('CMCD=')) {
      cmcd = pair.slice(5);
    } else {
      upward.push(pair);
      (pair.startsWith('_HLS_') ? directives : origin).push(pair);
    }
  }
  return { grant, cmcd, upward: upward.join('&'), origin: origin.join('&'), directives: directives.join('&') };
};

const PASS = new Set(['uid', 'expires', 'token']);

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return '';
  }
};

/** A pass, and the query without it. */
export interface TakenPass {
  readonly pass: PresentedPass;
  readonly rest: string;
}

/** The pass in a query; undefined if it is not there whole, once. */
export const takePass = (query: string, path: string): TakenPass | undefined => {
  const found = new Map<string, string>();
  const rest: string[] = [];
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, equals));
    if (!PASS.has(name)) rest.push(pair);
    else if (found.has(name)) return undefined;
    else found.set(name, decoded(pair.slice(equals + 1)));
  }
  const [uid, expires, token] = [found.get('uid'), found.get('expires'), found.get('token')];
  if (uid === undefined || expires === undefined || token === undefined) return undefined;
  return { pass: { uid, path, expires, token }, rest: rest.join('&') };
};

/** A CMCD parameter's value, decoded; undefined if it is not percent-encoded right. */
export const decodeCmcd = (text: string): string | undefined => decoded(text) || undefined;
