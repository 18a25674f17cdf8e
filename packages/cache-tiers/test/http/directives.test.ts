import { parseCacheControl, parseCdnCacheControl } from '@forebay/cache-tiers/http';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('parseCacheControl', () => {
  it.each([
    ['max-age=60', { maxAge: 60 }],
    ['Max-Age=60', { maxAge: 60 }],
    ['max-age="60"', { maxAge: 60 }],
    ['max-age=0060', { maxAge: 60 }],
    ['foo, ,bar=1,, s-maxage=5', { sMaxAge: 5 }],
    ['No-Store', { noStore: true }],
    ['no-store=please', { noStore: true }],
    ['public,must-revalidate,proxy-revalidate', { public: true, mustRevalidate: true, proxyRevalidate: true }],
    ['must-understand, no-transform, immutable', { mustUnderstand: true, noTransform: true, immutable: true }],
    ['stale-while-revalidate=30, stale-if-error=90', { staleWhileRevalidate: 30, staleIfError: 90 }],
    ['only-if-cached, min-fresh=3', { onlyIfCached: true, minFresh: 3 }],
    ['max-stale', { maxStale: Infinity }],
    ['max-stale=9', { maxStale: 9 }],
    ['no-cache', { noCache: true, noCacheFields: [] }],
    ['no-cache="A, b"', { noCache: false, noCacheFields: ['a', 'b'] }],
    ['private', { private: true, privateFields: [] }],
    ['private=X-User', { private: false, privateFields: ['x-user'] }],
  ])('reads %s', (value, expected) => {
    expect(parseCacheControl(value)).toMatchObject(expected);
  });

  it.each([
    ['a number that is none', 'max-age=abc', { maxAge: 0 }],
    ['trailing letters', 'max-age=60a', { maxAge: 0 }],
    ['a fraction', 'max-age=60.0', { maxAge: 0 }],
    ['a negative number', 'max-age=-1', { maxAge: 0 }],
    ['single quotes', "max-age='60'", { maxAge: 0 }],
    ['space before the equals sign', 'max-age =60', { maxAge: 0 }],
    ['space after the equals sign', 'max-age= 60', { maxAge: 0 }],
    ['no value', 'max-age', { maxAge: 0 }],
    ['the shorter of two', 'max-age=60, max-age=5', { maxAge: 5 }],
    ['the longer min-fresh of two', 'min-fresh=6, min-fresh=5', { minFresh: 6 }],
    ['an empty list of fields', 'private=""', { private: true }],
    ['fields that are none', 'no-cache="a b"', { noCache: true }],
  ])('takes the strict reading of %s', (_case, value, expected) => {
    expect(parseCacheControl(value)).toMatchObject(expected);
  });

  it('does not look for directives inside a quoted string', () => {
    expect(parseCacheControl('ext="no-store, max-age=60, \\" public", max-age=1')).toMatchObject({
      noStore: false,
      public: false,
      maxAge: 1,
    });
  });

  it('is not blinded by a quotation mark that is never closed', () => {
    expect(parseCacheControl('ext="1, no-store, max-age=60')).toMatchObject({ noStore: true, maxAge: 60 });
  });

  it('joins several lines', () => {
    expect(parseCacheControl(['max-age=60', 'no-store'])).toMatchObject({ maxAge: 60, noStore: true });
  });

  it('bounds what exceeds 68 years', () => {
    expect(parseCacheControl('max-age=99999999999999999999').maxAge).toBe(2 ** 31);
  });

  it('reads any text without failing, and a directive among any others', () => {
    const other = fc.string().filter((text) => !text.includes('"') && !text.includes('max-age'));
    fc.assert(
      fc.property(other, other, fc.nat(2 ** 31), (before, after, seconds) => {
        expect(parseCacheControl(`${before},max-age=${seconds},${after}`).maxAge).toBe(seconds);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseCacheControl(text)));
  });

  it('takes time in proportion to the length of hostile values', () => {
    for (const unit of ['"', ',', ' ', '\\"', 'a=" ', '=', 'no-cache="', '\t,']) {
      const started = performance.now();
      parseCacheControl(unit.repeat(200_000));
      parseCdnCacheControl(unit.repeat(200_000));
      expect(performance.now() - started).toBeLessThan(2000);
    }
  });
});

describe('parseCdnCacheControl', () => {
  it.each([
    ['max-age=60', { maxAge: 60 }],
    ['max-age=60;x=1 ,\tpublic', { maxAge: 60, public: true }],
    ['foobar, max-age=60', { maxAge: 60 }],
    ['foo=1.5, bar=:YQ==:, baz=(a "b" 2);q, no-store', { noStore: true }],
    ['max-age=60, max-age=5', { maxAge: 5 }],
    ['max-age=5, max-age=60', { maxAge: 60 }],
    ['no-store=?0, max-age=60', { noStore: false, maxAge: 60 }],
    ['no-cache="a, b"', { noCache: false, noCacheFields: ['a', 'b'] }],
    ['max-age=99999999999', { maxAge: 2 ** 31 }],
    ['none', { noStore: false, maxAge: undefined }],
  ])('reads %s', (value, expected) => {
    expect(parseCdnCacheControl(value)).toMatchObject(expected);
  });

  it.each([
    undefined,
    '',
    '  ',
    'max-age=60,',
    'max-age=60, &&&&&',
    'max-age =60',
    'max-age= 60',
    'MaX-aGe=60',
    'max-age="60"',
    'max-age=60.5',
    'max-age=-1',
    'max-age=1234567890123456',
    'max-age',
    'public=1, max-age=60',
    'no-cache=a',
    'x="unclosed',
    'x="é"',
    'x=(a b',
    'x=(a"b")',
    'x=?2',
    'x=1;=2',
    'x=1;, max-age=5',
    'a b',
  ])('ignores all of %s', (value) => {
    expect(parseCdnCacheControl(value)).toBeUndefined();
  });

  it('keeps what forbids storing though another value has the wrong type', () => {
    expect(parseCdnCacheControl('no-store, max-age="60"')).toMatchObject({ noStore: true, maxAge: 0 });
  });

  it('joins several lines into one dictionary', () => {
    expect(parseCdnCacheControl(['max-age=60', 'public'])).toMatchObject({ maxAge: 60, public: true });
  });
});
