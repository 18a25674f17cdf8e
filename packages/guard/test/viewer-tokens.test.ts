import { createHmac } from 'node:crypto';
import { createViewerTokens } from '@forebay/guard';
import { describe, expect, it } from 'vitest';

let now = 1_700_000_000_000;
const tokens = createViewerTokens({ secrets: ['new', 'old'], clock: () => now });
const pass = { uid: 'u 1', path: '/live/index.m3u8', expires: 1_700_000_060 };
const presented = { ...pass, expires: String(pass.expires), token: tokens.sign(pass) };

describe('a viewer token', () => {
  it('is the unpadded base64url HMAC-SHA256 of uid, path and end, as any site can make it', () => {
    const made = createHmac('sha256', 'new').update('u 1:/live/index.m3u8:1700000060').digest('base64url');
    expect(tokens.sign(pass)).toBe(made);
    expect(tokens.query(pass)).toBe(`uid=u%201&expires=1700000060&token=${made}`);
  });

  it('is valid until its end and expired from then on', () => {
    expect(tokens.check(presented)).toBe('valid');
    now += 59_999;
    expect(tokens.check(presented)).toBe('valid');
    now += 1;
    expect(tokens.check(presented)).toBe('expired');
    now -= 60_000;
  });

  it.each([
    { uid: 'u 2' },
    { uid: '' },
    { path: '/live/index.m3u8/' },
    { path: '/live/other.m3u8' },
    { expires: '1700000061' },
    { expires: '01700000060' },
    { expires: '1700000060.0' },
    { expires: 'NaN' },
    { expires: '-1' },
    { token: '' },
    { token: `${presented.token}=` },
    { token: presented.token.slice(1) },
    { token: presented.token.toUpperCase() },
    // The same signed text, cut elsewhere.
    { uid: 'u 1:/live', path: '/index.m3u8' },
  ])('is forged with %j', (change) => {
    expect(tokens.check({ ...presented, ...change })).toBe('forged');
  });

  it('cannot be moved from one uid to another by where the text is cut', () => {
    const evil = { uid: 'a:/x', path: '/y', expires: 9_999_999_999 };
    expect(() => tokens.sign(evil)).toThrow(RangeError);
    expect(() => tokens.sign({ ...evil, uid: '\u2028:/x' })).toThrow(RangeError);
    const token = tokens.sign({ ...evil, uid: 'a', path: '/x:/y' });
    expect(tokens.check({ uid: 'a', path: '/x:/y', expires: '9999999999', token })).toBe('valid');
    expect(tokens.check({ uid: 'a:/x', path: '/y', expires: '9999999999', token })).toBe('forged');
  });

  it('is accepted under an older secret for as long as that is there', () => {
    const before = createViewerTokens({ secrets: ['old'], clock: () => now });
    expect(tokens.check({ ...presented, token: before.sign(pass) })).toBe('valid');
    expect(before.check(presented)).toBe('forged');
  });

  it('wants a secret', () => {
    expect(() => createViewerTokens({ secrets: [] })).toThrow(RangeError);
    expect(() => createViewerTokens({ secrets: ['a', ''] })).toThrow(RangeError);
  });
});
