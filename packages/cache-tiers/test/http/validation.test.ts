import {
  conditionalHeaders,
  currentAgeSeconds,
  lifetimes,
  updateApplies,
  updateStored,
  type HeaderRecord,
} from '@forebay/cache-tiers/http';
import { describe, expect, it } from 'vitest';

import { T0, at, bare, received } from './heads.js';

describe('conditionalHeaders', () => {
  it('asks with every validator there is', () => {
    expect(conditionalHeaders(received({ etag: 'W/"a"', 'last-modified': at(-9) }))).toEqual({
      'if-none-match': 'W/"a"',
      'if-modified-since': at(-9),
    });
    expect(conditionalHeaders(received({ date: at(0) }))).toEqual({});
  });
});

describe('updateApplies', () => {
  it.each<[HeaderRecord, HeaderRecord, boolean]>([
    [{ etag: '"a"' }, { etag: '"a"' }, true],
    [{ etag: '"a"' }, { etag: '"b"' }, false],
    [{ etag: 'W/"a"' }, { etag: '"a"' }, false],
    [{ etag: '"a"' }, { etag: 'W/"a"' }, true],
    [{ etag: 'W/"a"' }, { etag: 'W/"b"' }, false],
    [{ 'last-modified': at(-9) }, { etag: '"a"' }, false],
    [{ etag: '"a"' }, {}, true],
    [{ 'last-modified': at(-9) }, { 'last-modified': at(-9) }, true],
    [{ 'last-modified': at(-9) }, { 'last-modified': at(-8) }, false],
    [{ etag: '"a"' }, { 'last-modified': at(-8) }, true],
    [{}, { 'last-modified': at(-8) }, false],
  ])('says of %j and a 304 with %j: %s', (stored, notModified, expected) => {
    expect(updateApplies(received(stored), received(notModified, 304))).toBe(expected);
  });
});

describe('updateStored', () => {
  const stored = received({
    'cache-control': 'max-age=60, no-cache="x-kept"',
    'content-length': '5',
    'content-encoding': 'br',
    age: '50',
    date: at(0),
    etag: '"a"',
    'x-user': 'u',
    'x-old': '1',
  });

  function after(headers: HeaderRecord) {
    return updateStored(stored, { ...received(headers, 304), requestTime: T0 + 90_000, responseTime: T0 + 91_000 });
  }

  it('replaces fields but those that describe the bytes', () => {
    const updated = after({
      'cache-control': 'max-age=5, private="x-user"',
      'content-length': '0',
      'content-encoding': 'gzip',
      date: at(91),
      'x-new': ['1', '2'],
      'set-cookie': ['a=1'],
      connection: 'x-hop',
      'x-hop': '1',
    });
    expect(updated).toEqual({
      status: 200,
      headers: {
        'cache-control': 'max-age=5, private="x-user"',
        'content-length': '5',
        'content-encoding': 'br',
        date: at(91),
        etag: '"a"',
        'x-old': '1',
        'x-new': ['1', '2'],
      },
      requestTime: T0 + 90_000,
      responseTime: T0 + 91_000,
    });
  });

  it('is as young as the 304, with or without Age and Date', () => {
    const now = T0 + 91_000;
    expect(currentAgeSeconds(after({}), now)).toBe(1);
    expect(after({}).headers['date']).toBe(at(91));
    expect(currentAgeSeconds(after({ age: '7' }), now)).toBe(8);
    expect(lifetimes(after({}), bare(), now).freshUntil).toBe(now + 59_000);
  });

  it('leaves what was stored as it was', () => {
    after({ 'x-old': '2' });
    expect(stored.headers['x-old']).toBe('1');
  });
});
