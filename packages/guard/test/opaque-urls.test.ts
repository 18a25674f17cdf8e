import { createOpaqueUrls, isGuardError } from '@forebay/guard';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const old = { id: 'old', secret: 'an old secret' };
const urls = createOpaqueUrls({ keys: [{ id: 'k1', secret: 'a secret' }, old] });
const url = new URL('https://cdn.example:8443/a/b.ts?sig=1%2F2&x=ü#part');

describe('an opaque URL', () => {
  it('opens to the URL without its fragment, and shows nothing of it', () => {
    const sealed = urls.seal(url);
    expect(sealed).toMatch(/^k1\.[\w-]+$/);
    expect(urls.open(sealed)?.href).toBe('https://cdn.example:8443/a/b.ts?sig=1%2F2&x=%C3%BC');
    expect(Buffer.from(sealed.slice(3), 'base64url').toString('latin1')).not.toContain('cdn');
  });

  it('is the same text every time, and another one for another URL', () => {
    expect(urls.seal(new URL(url))).toBe(urls.seal(url));
    const again = createOpaqueUrls({ keys: [{ id: 'k1', secret: 'a secret' }] });
    expect(again.seal(url)).toBe(urls.seal(url));
    const [one, other] = [urls.seal(url), urls.seal(new URL('https://cdn.example:8443/a/c.ts?sig=1%2F2&x=ü'))];
    expect(one.slice(0, 10)).not.toBe(other.slice(0, 10));
  });

  it('does not open with any of its characters altered, or cut, or lengthened', () => {
    const sealed = urls.seal(url);
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(urls.open(`${sealed.slice(0, at)}${other}${sealed.slice(at + 1)}`)).toBeUndefined();
      expect(urls.open(sealed.slice(0, at))).toBeUndefined();
    }
    expect(urls.open(`${sealed}A`)).toBeUndefined();
    expect(urls.open(`${sealed}=`)).toBeUndefined();
    expect(urls.open(sealed.replace('k1', 'old'))).toBeUndefined();
  });

  it('opens with an older key, and not with one that is unknown', () => {
    const before = createOpaqueUrls({ keys: [old] });
    expect(urls.open(before.seal(url))?.host).toBe('cdn.example:8443');
    expect(before.open(urls.seal(url))).toBeUndefined();
  });

  it('is not made of what is no web URL or too long, nor opened when too long', () => {
    const short = createOpaqueUrls({ keys: [old], maxBytes: 30 });
    for (const [by, wrong] of [
      [urls, 'file:///etc/passwd'],
      [urls, 'data:,a'],
      [short, 'https://cdn.example/aaaaaaaaaaaaaaaaaaaaaa'],
    ] as const) {
      let thrown: unknown;
      try {
        by.seal(new URL(wrong));
      } catch (error) {
        thrown = error;
      }
      expect(isGuardError(thrown) && thrown.code).toBe('FOREBAY_URL_NOT_SEALED');
    }
    expect(urls.open(`k1.${'A'.repeat(10_000)}`)).toBeUndefined();
    expect(() => createOpaqueUrls({ keys: [old], maxBytes: 0 })).toThrow(RangeError);
  });

  it('comes back whole, whatever it is', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (text) => {
        const any = new URL(text);
        expect(urls.open(urls.seal(any))?.href).toBe(any.href);
      }),
    );
  });

  it('is nothing that a stranger can guess', () => {
    const guessed = fc.sample(fc.string(), 1000).filter((text) => urls.open(`k1.${text}`) !== undefined);
    expect(guessed).toEqual([]);
  });
});
