import {
  contentRange,
  ifRangeMatches,
  parseRange,
  requestedRange,
  unsatisfiedRange,
  type HeaderRecord,
} from '@forebay/cache-tiers/http';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { at, get, received } from './heads.js';

describe('parseRange', () => {
  it.each([
    ['bytes=0-0', { start: 0, end: 0 }],
    ['bytes=0-99', { start: 0, end: 99 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=90-999', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-999', { start: 0, end: 99 }],
    ['Bytes=1-2', { start: 1, end: 2 }],
    ['bytes=99-99999999999999999999999', { start: 99, end: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=100-200', 'unsatisfiable'],
    ['bytes=99999999999999999999999-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    [undefined, 'ignore'],
    ['', 'ignore'],
    ['bytes', 'ignore'],
    ['bytes=', 'ignore'],
    ['bytes=-', 'ignore'],
    ['bytes=2-1', 'ignore'],
    ['bytes=a-b', 'ignore'],
    ['bytes=0x1-2', 'ignore'],
    ['bytes=1.0-2', 'ignore'],
    ['bytes=+1-2', 'ignore'],
    ['bytes=--1', 'ignore'],
    ['bytes=0-1,5-6', 'ignore'],
    [['bytes=0-1', 'bytes=5-6'], 'ignore'],
    ['seconds=0-1', 'ignore'],
  ])('reads %j of 100 bytes as %j', (header, expected) => {
    expect(parseRange(header, 100)).toEqual(expected);
  });

  it.each([
    ['bytes=0-', 'unsatisfiable'],
    ['bytes=-1', 'ignore'],
    ['bytes=-0', 'unsatisfiable'],
  ])('reads %s of nothing as %s', (header, expected) => {
    expect(parseRange(header, 0)).toBe(expected);
  });

  it('names the bytes that a slice would give', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(60), fc.nat(60), (size, first, extra) => {
        const body = Array.from({ length: size }, (_, index) => index);
        const range = parseRange(`bytes=${first}-${first + extra}`, size);
        const wanted = body.slice(first, first + extra + 1);
        const given = typeof range === 'string' ? range : body.slice(range.start, range.end + 1);
        expect(given).toEqual(wanted.length === 0 ? 'unsatisfiable' : wanted);
      }),
    );
  });

  it('writes Content-Range', () => {
    expect(contentRange(0, 9, 10)).toBe('bytes 0-9/10');
    expect(unsatisfiedRange(10)).toBe('bytes */10');
  });
});

describe('ifRangeMatches', () => {
  const stored = { etag: '"a"', 'last-modified': at(-60), date: at(0) };

  it.each<[string | undefined, HeaderRecord, boolean]>([
    [undefined, {}, true],
    ['"a"', stored, true],
    ['"b"', stored, false],
    ['W/"a"', { etag: 'W/"a"' }, false],
    ['"a"', {}, false],
    [at(-60), stored, true],
    [at(-59), stored, false],
    [at(-61), stored, false],
    ['nonsense', stored, false],
    ['', stored, false],
    [at(0), { 'last-modified': at(0), date: at(0) }, false],
    [at(-1), { 'last-modified': at(-1), date: at(0) }, true],
    [at(-60), { 'last-modified': at(-60) }, false],
  ])('finds for %j and %j: %s', (condition, headers, expected) => {
    expect(ifRangeMatches(condition === undefined ? {} : { 'if-range': condition }, received(headers))).toBe(expected);
  });
});

describe('requestedRange', () => {
  const stored = received({ etag: '"a"' });

  it('is heeded for a GET of a 200 whose If-Range matches', () => {
    expect(requestedRange(get({ range: 'bytes=0-1' }), stored, 9)).toEqual({ start: 0, end: 1 });
    expect(requestedRange(get({ range: 'bytes=0-1', 'if-range': '"a"' }), stored, 9)).toEqual({ start: 0, end: 1 });
    expect(requestedRange(get({ range: 'bytes=9-' }), stored, 9)).toBe('unsatisfiable');
  });

  it('is otherwise not there', () => {
    expect(requestedRange(get(), stored, 9)).toBe('ignore');
    expect(requestedRange(get({ range: 'bytes=9-', 'if-range': '"b"' }), stored, 9)).toBe('ignore');
    expect(requestedRange({ method: 'HEAD', url: '/', headers: { range: 'bytes=0-1' } }, stored, 9)).toBe('ignore');
    expect(requestedRange(get({ range: 'bytes=0-1' }), received({}, 404), 9)).toBe('ignore');
  });
});
