import { sanitizeHeaders, storableHeaders, stripHopByHop } from '@forebay/cache-tiers/http';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { T0, anyText, at } from './heads.js';

describe('stripHopByHop', () => {
  it('drops what is for one connection, and what Connection names', () => {
    const headers = {
      connection: 'keep-alive, X-Mine',
      'keep-alive': 'timeout=5',
      te: 'trailers',
      trailer: 'x',
      'transfer-encoding': 'chunked',
      upgrade: 'h2c',
      'proxy-authenticate': 'Basic',
      'proxy-authorization': 'Basic eA==',
      'proxy-connection': 'close',
      'x-mine': '1',
      'proxy-status': 'x',
      etag: '"a"',
      'x-two': ['1', '2'],
      'x-absent': undefined,
    };
    expect(stripHopByHop(headers)).toEqual({ 'proxy-status': 'x', etag: '"a"', 'x-two': ['1', '2'] });
  });

  it('does not let Connection take away what every recipient needs', () => {
    const headers = { connection: 'vary, cache-control, x', vary: 'accept', 'cache-control': 'no-store', x: '1' };
    expect(stripHopByHop(headers)).toEqual({ vary: 'accept', 'cache-control': 'no-store' });
  });
});

describe('sanitizeHeaders', () => {
  it.each([
    ['a line break', { x: 'a\r\nset-cookie: b=1' }],
    ['a NUL', { x: 'a\0' }],
    ['a character beyond latin1', { x: 'a\u0100' }],
    ['one bad line of two', { x: ['a', 'b\n'] }],
    ['a name with a space', { 'x y': 'a' }],
    ['a name with a colon', { 'x:': 'a' }],
    ['no name', { '': 'a' }],
    ['a value beyond all measure', { x: 'a'.repeat(16_385) }],
    ['__proto__', Object.defineProperty({}, '__proto__', { value: 'a', enumerable: true })],
  ])('drops %s', (_case, headers) => {
    const kept = sanitizeHeaders({ ...headers, ok: '1' });
    expect(Object.keys(kept)).toEqual(['ok']);
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype);
  });

  it('keeps tabs, latin1 and several lines, and puts names in lower case', () => {
    expect(sanitizeHeaders({ 'X-A': 'a\tü', 'set-cookie': ['a=1', 'b=2'] })).toEqual({
      'x-a': 'a\tü',
      'set-cookie': ['a=1', 'b=2'],
    });
  });

  it('keeps 256 fields, and Vary in any case', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`x-${index}`, '1']));
    expect(Object.keys(sanitizeHeaders(many))).toHaveLength(256);
    expect(sanitizeHeaders({ ...many, vary: 'accept' })['vary']).toBe('accept');
  });

  it('leaves nothing that Headers refuses', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (headers) => {
        expect(
          () => new Headers(Object.entries(sanitizeHeaders(headers)).map(([name, value]) => [name, String(value)])),
        ).not.toThrow();
      }),
    );
  });
});

describe('storableHeaders', () => {
  it('drops cookies, hop-by-hop fields and those that no-cache and private name', () => {
    const headers = {
      'cache-control': 'max-age=60, no-cache="X-A", private="x-b, x-c"',
      'x-a': '1',
      'x-b': '1',
      'x-c': '1',
      'x-d': '1',
      'set-cookie': ['a=1'],
      'set-cookie2': 'b=1',
      connection: 'close',
    };
    expect(storableHeaders(headers)).toEqual({ 'cache-control': headers['cache-control'], 'x-d': '1' });
  });

  it('heeds the fields that CDN-Cache-Control names', () => {
    const headers = { 'cdn-cache-control': 'no-cache="x-a", max-age=9', 'x-a': '1', 'x-b': '1' };
    expect(Object.keys(storableHeaders(headers))).toEqual(['cdn-cache-control', 'x-b']);
  });

  it('adds a Date to what has none that can be read', () => {
    expect(storableHeaders({}, T0 + 999)).toEqual({ date: at(0) });
    expect(storableHeaders({ date: 'today' }, T0)).toEqual({ date: at(0) });
    expect(storableHeaders({ date: at(-5) }, T0)).toEqual({ date: at(-5) });
  });
});
