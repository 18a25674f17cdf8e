import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration, parseSize } from '../../src/config/units.js';

describe('a duration', () => {
  it.each([
    ['30', 'minutes', 1_800_000],
    ['500ms', 'minutes', 500],
    ['0.1', 'seconds', 100],
    ['15m', 'ms', 900_000],
    ['6h', 'ms', 21_600_000],
    ['7d', 'seconds', 604_800_000],
    [' 2 S ', 'ms', 2000],
  ] as const)('reads %j in %s as %d ms', (text, unit, expected) => {
    expect(parseDuration(text, unit)).toBe(expected);
  });

  it.each(['', '5 weeks', '-1', '1e3', 'ms', '1.2.3s', '9'.repeat(30), 'constructor', '1constructor'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text, 'ms')).toBeUndefined();
    },
  );

  it('has one meaning whatever the unit of bare numbers, once it carries its own', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom('ms', 's', 'm', 'h', 'd'), (count, suffix) => {
        const text = `${count}${suffix}`;
        expect(parseDuration(text, 'minutes')).toBe(parseDuration(text, 'ms'));
      }),
    );
  });
});

describe('a size', () => {
  it.each([
    ['65536', 65_536],
    ['64MB', 67_108_864],
    ['256 mb', 268_435_456],
    ['10GiB', 10_737_418_240],
    ['1.5kb', 1536],
  ])('reads %j as %d bytes', (text, expected) => {
    expect(parseSize(text)).toBe(expected);
  });

  it.each(['', '10 bottles', '-5MB', '1e9'])('refuses %j', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });
});
