import { varyKey, varyNames, type HeaderRecord } from '@forebay/cache-tiers/http';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const same = (name: string, a: HeaderRecord[string], b: HeaderRecord[string]): boolean =>
  varyKey([name], { [name]: a }) === varyKey([name], { [name]: b });

describe('varyNames', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['Accept', ['accept']],
    ['b, A,,a', ['a', 'b']],
    [
      ['b', 'A'],
      ['a', 'b'],
    ],
    ['*', '*'],
    ['accept, *', '*'],
    [['accept', '*'], '*'],
    ['not a name', '*'],
  ])('of %j are %j', (vary, expected) => {
    expect(varyNames({ vary })).toEqual(expected);
  });
});

describe('varyKey', () => {
  it('is empty without names', () => {
    expect(varyKey([], { accept: 'a' })).toBe('');
  });

  it('looks at the named fields alone', () => {
    expect(varyKey(['a', 'b'], { a: '1', b: '2', c: '3' })).toBe('a=1&b=2');
  });

  it.each([
    ['x', '1, 2', '1,2'],
    ['x', '1, 2', ['1', '2']],
    ['x', ' 1 ,2 ', '1,2'],
    ['accept-encoding', 'gzip, br', 'br,GZIP'],
    ['accept-encoding', 'gzip;q=1.0, br', 'gzip ; Q=1, br'],
    ['accept-encoding', 'gzip;q=0.50', 'gzip;q=0.5'],
    ['accept-language', 'de-DE, en;q=0.8', 'de-de,en; q=0.80'],
    ['accept', 'image/*;q=1', 'image/*'],
  ])('is the same for %s: %j and %j', (name, a, b) => {
    expect(same(name, a, b)).toBe(true);
  });

  it.each([
    ['x', '1', '2'],
    ['x', 'a', 'A'],
    ['x', '', undefined],
    ['x', '1,2', '2,1'],
    ['x', '"1, 2"', '"1,2"'],
    ['accept-encoding', 'gzip', 'gzip;q=0'],
    ['accept-encoding', 'gzip', 'gzip, br'],
    ['accept-language', 'de, en', 'en, de'],
    ['accept', 'a/b;x="A"', 'a/b;x="a"'],
  ])('differs for %s: %j and %j', (name, a, b) => {
    expect(same(name, a, b)).toBe(false);
  });

  it('cannot be forged by what a value holds', () => {
    expect(varyKey(['a', 'b'], { a: '1&b=2' })).not.toBe(varyKey(['a', 'b'], { a: '1', b: '2' }));
    const value = fc.option(fc.string({ unit: fc.constantFrom('a', '&', '=', '%', '2', '6') }), { nil: undefined });
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        const equal = a === c && b === d;
        expect(varyKey(['a', 'b'], { a, b }) === varyKey(['a', 'b'], { a: c, b: d })).toBe(equal);
      }),
    );
  });

  it('does not depend on what was seen before, however much that was', () => {
    const requests = Array.from({ length: 700 }, (_, index) => ({
      x: `A ,${index}`,
      y: `A ,${index}`,
      z: 'B '.repeat(index),
    }));
    const first = requests.map((headers) => varyKey(['x', 'y', 'z'], headers));
    expect(first[1]).toBe('x=A,1&y=A,1&z=B');
    expect(new Set(first).size).toBe(700);
    expect(requests.map((headers) => varyKey(['x', 'y', 'z'], headers))).toEqual(first);
  });

  it('does not take what every object has for a field', () => {
    expect(varyKey(['constructor'], {})).toBe('constructor');
  });
});
