import { describe, expect, it } from 'vitest';
import { FailureLimit } from '../../src/middleware/failure-limit.js';
import { isSameOrigin } from '../../src/middleware/same-origin.js';
import { SESSION_SECONDS, Sessions } from '../../src/middleware/sessions.js';

const START = 1_767_225_600_000;
const sent = (token: string) => ({ headers: { cookie: `other=1; forebay_session=${token}` } });

describe('a session', () => {
  it('is in force until its time is over, at every process with the key', () => {
    let now = START;
    const here = new Sessions('key', () => now);
    const there = new Sessions('key', () => now);
    const { token } = here.open();
    expect(there.of(sent(token))).toBeDefined();
    now += SESSION_SECONDS * 1000;
    expect(here.of(sent(token))).toBeUndefined();
  });

  it('cannot be made or lengthened without the key', () => {
    const sessions = new Sessions('key', () => START);
    const { expires, token } = sessions.open();
    expect(new Sessions('other', () => START).of(sent(token))).toBeUndefined();
    expect(sessions.of(sent(token.replace(String(expires), String(expires + 1))))).toBeUndefined();
    for (const forged of ['', 'x', `${token}x`, token.slice(0, -1), token.replaceAll('.', ' ')])
      expect(sessions.of(sent(forged)), forged).toBeUndefined();
    expect(sessions.of({ headers: {} })).toBeUndefined();
  });

  it('ends when it is ended, here and where that is told', () => {
    const sessions = new Sessions('key', () => START);
    const { token } = sessions.open();
    const session = sessions.of(sent(token));
    if (session === undefined) throw new Error('no session');
    sessions.end(session);
    expect(sessions.of(sent(token))).toBeUndefined();
    const later = new Sessions('key', () => START);
    for (const ended of sessions.ended()) later.end(ended);
    expect(later.of(sent(token))).toBeUndefined();
  });
});

describe('after too many failures', () => {
  it('one client waits, and the others do not', () => {
    let now = 0;
    const limit = new FailureLimit(() => now);
    for (let failure = 0; failure < 10; failure += 1) limit.failed('a');
    expect(limit.wait('a')).toBe(60_000);
    expect(limit.wait('b')).toBe(0);
    now = 60_000;
    expect(limit.wait('a')).toBe(0);
  });

  it('everybody waits, if they come from everywhere', () => {
    const limit = new FailureLimit(() => 0);
    for (let failure = 0; failure < 100_000; failure += 1) limit.failed(`client ${failure}`);
    expect(limit.wait('another')).toBeGreaterThan(0);
  });
});

describe('a request is of the same origin', () => {
  it('when Fetch Metadata says so, or else Origin and Host agree', () => {
    const host = 'box.example:3000';
    expect(isSameOrigin({ headers: { host, 'sec-fetch-site': 'same-origin' } })).toBe(true);
    expect(isSameOrigin({ headers: { host, 'sec-fetch-site': 'same-site', origin: `http://${host}` } })).toBe(false);
    expect(isSameOrigin({ headers: { host, origin: `http://${host}` } })).toBe(true);
    expect(isSameOrigin({ headers: { host, origin: 'http://evil.example' } })).toBe(false);
    expect(isSameOrigin({ headers: { host, origin: 'null' } })).toBe(false);
    expect(isSameOrigin({ headers: { host } })).toBe(false);
  });
});
