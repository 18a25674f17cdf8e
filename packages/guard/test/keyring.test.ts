import { createKeyring } from '@forebay/guard';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const old = { id: 'old', secret: 'an old secret' };
const fresh = { id: 'new', secret: 'a new secret' };
const ring = createKeyring({ keys: [fresh, old], purpose: 'test', bytes: 16 });

describe('a keyring', () => {
  it('accepts what it signed, and nothing that differs in any part', () => {
    const signature = ring.sign('session', '/live/a.ts', '');
    expect(signature).toMatch(/^new\.[\w-]{22}$/);
    expect(ring.verify(signature, 'session', '/live/a.ts', '')).toBe(true);
    expect(ring.verify(signature, 'sessions', '/live/a.ts', '')).toBe(false);
    expect(ring.verify(signature, 'session', '/live/b.ts', '')).toBe(false);
    expect(ring.verify(signature, 'session', '/live/a.ts')).toBe(false);
    expect(ring.verify(signature, 'session', '', '/live/a.ts')).toBe(false);
    expect(ring.verify(signature, 'session/live/a.ts', '', '')).toBe(false);
  });

  it('refuses a signature with any of its characters altered, lengthened or cut', () => {
    const signature = ring.sign('a');
    for (let at = 0; at < signature.length; at += 1) {
      const other = signature[at] === 'A' ? 'B' : 'A';
      expect(ring.verify(`${signature.slice(0, at)}${other}${signature.slice(at + 1)}`, 'a')).toBe(false);
      expect(ring.verify(signature.slice(0, at), 'a')).toBe(false);
    }
    for (const text of [`${signature}A`, ` ${signature}`, `old.${signature.slice(4)}`, '', '.', 'é'])
      expect(ring.verify(text, 'a')).toBe(false);
  });

  it('signs with the first key, and verifies what an older one signed until that is gone', () => {
    const before = createKeyring({ keys: [old], purpose: 'test', bytes: 16 });
    expect(ring.verify(before.sign('a'), 'a')).toBe(true);
    expect(before.verify(ring.sign('a'), 'a')).toBe(false);
    expect(createKeyring({ keys: [fresh], purpose: 'test', bytes: 16 }).verify(before.sign('a'), 'a')).toBe(false);
  });

  it('keeps purposes apart', () => {
    const other = createKeyring({ keys: [fresh], purpose: 'another', bytes: 16 });
    expect(other.verify(ring.sign('a'), 'a')).toBe(false);
  });

  it('tells any two lists of parts apart', () => {
    const parts = fc.array(fc.string({ unit: fc.constantFrom('a', ':', ',', '1', '2', 'é') }), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(ring.verify(ring.sign(...a), ...b)).toBe(a.length === b.length && a.every((part, i) => part === b[i]));
      }),
    );
  });

  it('does not sign what has no UTF-8, since two such texts would be the same bytes', () => {
    expect(() => ring.sign('\ud800')).toThrow(TypeError);
    expect(ring.verify(ring.sign('\ufffd'), '\ud800')).toBe(false);
  });

  it.each([
    [{ keys: [], purpose: 'a' }, /keys/],
    [{ keys: [{ id: 'a.b', secret: 'x' }], purpose: 'a' }, /a\.b/],
    [{ keys: [old, old], purpose: 'a' }, /twice/],
    [{ keys: [{ id: 'a', secret: '' }], purpose: 'a' }, /empty secret/],
    [{ keys: [old], purpose: 'a', bytes: 8 }, /bytes is 8/],
  ])('names the option that is wrong: %j', (options, message) => {
    expect(() => createKeyring(options)).toThrow(message);
    expect(() => createKeyring(options)).toThrow(RangeError);
  });
});
