import { formatTarget, parseTarget, Problem } from '@forebay/reverse-proxy';
import { notAllowed } from '../sessions/not-allowed.js';
import type { SessionHandle } from '../sessions/session-handle.js';
import type { Access, Admission, Child, ChildKind } from './admission.js';
import { createDecide, type Decision } from './decision.js';
import { explainDecision } from './explain.js';
import { createForeignUrls, FOREIGN } from './foreign-urls.js';
import { createGrants, keysOf } from './grants.js';
import { resolveAccessOptions, type AccessOptions } from './options.js';
import { GRANT, readOwnQuery } from './own-query.js';

type Allowed = Exclude<Decision, { by: 'refused' }>;

const NEVER = 0;

/** In the spelling in which it will be asked for. What we would refuse to be asked for stays as it is. */
const canonical = (local: string): { readonly path: string; readonly query: string } => {
  try {
    return parseTarget(local);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { path: local, query: '' };
  }
};

/** Without what players send as it stands and servers refuse: a `%` that encodes nothing, `|` and `^`. */
const wellFormed = (local: string): string =>
  local.replace(/[|^]|%(?![\dA-Fa-f]{2})/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** A longer target is refused, by us and by most servers. */
const LONGEST_TARGET = 8000;

/**
 * Makes the door of an HLS proxy. A viewer's first request is let in by token, allow list, or because anyone may watch;
 * it opens a session. Everything that the playlist names carries a grant: a signed parameter that lets this session have
 * exactly that.
 *
 * @throws {RangeError} naming the option that is wrong
 */
export const createAccess = (given: AccessOptions): Access => {
  const options = resolveAccessOptions(given);
  const { sessions, clock, mount, keyLifetime } = options;
  const keys = keysOf(options.secrets);
  const grants = createGrants(keys);
  const foreign = createForeignUrls(keys);
  const decide = createDecide({ options, grants, foreign });
  const closed = options.tokenSecrets.length > 0;

  const admission = (allowed: Allowed, session: SessionHandle): Admission => {
    const { kind, resource, network, targetDuration, viewer } = allowed;
    if (kind === 'playlist')
      session.watching(
        'local' in resource ? pathOf(resource.local) : `${resource.foreign.host}${resource.foreign.pathname}`,
      );
    return { session, kind, resource, address: viewer.address, expiresAt: viewer.expiresAt, network, targetDuration };
  };

  const withUse = async (allowed: Allowed, session: SessionHandle): Promise<Admission> => {
    if (allowed.use !== undefined && !(await sessions.use(allowed.use))) throw notAllowed();
    return admission(allowed, session);
  };

  const resumed = (allowed: Allowed, session: SessionHandle | undefined): Admission | Promise<Admission> => {
    if (session === undefined) throw notAllowed();
    return allowed.use === undefined ? admission(allowed, session) : withUse(allowed, session);
  };

  /** A key in a playlist that comes again soon gets little time, in steps, so that players see the same URI for a while. */
  const endOf = (kind: ChildKind, lasting: boolean, expiresAt: number | undefined): number => {
    if (!closed) return NEVER;
    const ends = expiresAt === undefined ? NEVER : Math.ceil(expiresAt / 1000);
    if (kind !== 'key' || lasting) return ends;
    const soon = Math.ceil(((Math.floor(clock() / keyLifetime) + 2) * keyLifetime) / 1000);
    return ends === NEVER ? soon : Math.min(ends, soon);
  };

  return {
    admit(request) {
      const decision = decide(request);
      if (decision.by === 'refused') throw notAllowed();
      const { sessionId, viewer, use } = decision;
      if (sessionId === undefined) {
        const opened = sessions.open(viewer, use);
        return opened instanceof Promise
          ? opened.then((session) => admission(decision, session))
          : admission(decision, opened);
      }
      const session = sessions.resume(sessionId, viewer);
      return session instanceof Promise
        ? session.then((found) => resumed(decision, found))
        : resumed(decision, session);
    },

    uriFor({ session, expiresAt, network }, child: Child) {
      const { kind, lasting = false, targetDuration } = child;
      const terms = {
        sessionId: session.id,
        uid: session.uid,
        kind,
        expires: endOf(kind, lasting, expiresAt),
        network,
        targetDuration: targetDuration === undefined ? undefined : wholeSeconds(targetDuration),
      };
      if ('foreign' in child) {
        const path = foreign.pathOf(child.foreign);
        const own = `${GRANT}=${grants.sign(terms, path)}`;
        // Only for players that look into it (EXT-X-DEFINE:QUERYPARAM); what is asked for is what was sealed.
        const query = wellFormed(child.foreign.search.slice(1));
        const whole = query === '' ? own : `${query}&${own}`;
        return `${mount}${path}?${path.length + whole.length > LONGEST_TARGET ? own : whole}`;
      }
      // A folder of the origin's that is called like our own way to other hosts.
      const named = wellFormed(child.local);
      const local = named.startsWith(FOREIGN) ? `/%40/${named.slice(FOREIGN.length)}` : named;
      const target = canonical(local);
      const { origin } = readOwnQuery(target.query, grants.looksRight);
      const grant = grants.sign(terms, formatTarget({ path: target.path, query: origin }));
      return `${mount}${local}${local.includes('?') ? '&' : '?'}${GRANT}=${grant}`;
    },

    explain: (request) => explainDecision(decide(request), sessions, clock()),
  };
};

/** Longer ones than a minute are nobody's. */
const wholeSeconds = (ms: number): number => Math.min(60, Math.max(1, Math.ceil(ms / 1000)));

const pathOf = (local: string): string => local.split('?', 1)[0] ?? local;
