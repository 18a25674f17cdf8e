import type { Sessions } from '../sessions/sessions.js';
import type { Explanation } from './admission.js';
import type { Decision, Refusal } from './decision.js';

const REFUSALS: Readonly<Record<Refusal, string>> = {
  'address-not-allowed': 'the address is in none of the networks that may watch',
  'forged-url': 'the URL on another host was not signed by this proxy',
  'forged-grant': 'the grant is not one of this proxy for this resource, session, user and network',
  'expired-grant': 'the grant has expired',
  'no-token': 'there is no token, and no allow-list entry for the address and path',
  'forged-token': 'the token is not one for this uid, path and end',
  'expired-token': 'the token has expired',
};

const REASONS: Readonly<Record<Exclude<Decision['by'], 'refused'>, string>> = {
  grant: 'a playlist of the session named it',
  token: 'the token opens this playlist',
  'allow-list': 'an allow-list entry opens this path to the address',
  anyone: 'no token is wanted here',
};

/** Says of a decision what it was, and what the session that it depends on would say. */
export const explainDecision = async (decision: Decision, sessions: Sessions, now: number): Promise<Explanation> => {
  if (decision.by === 'refused')
    return {
      allowed: false,
      reason: REFUSALS[decision.why],
      by: undefined,
      code: decision.why,
      sessionId: undefined,
      uid: undefined,
      kind: undefined,
      resource: undefined,
    };
  const { by, kind, resource, sessionId, viewer } = decision;
  const found =
    sessionId === undefined
      ? undefined
      : await sessions.store.find({ id: sessionId, now, idle: Number.MAX_SAFE_INTEGER }).catch(() => undefined);
  const ended = found === 'ended';
  return {
    allowed: !ended,
    reason: ended ? 'the session was ended' : REASONS[by],
    by,
    code: ended ? 'session-ended' : undefined,
    sessionId,
    uid: viewer.uid,
    kind,
    resource:
      'local' in resource ? resource.local.split('?', 1)[0] : `${resource.foreign.origin}${resource.foreign.pathname}`,
  };
};
