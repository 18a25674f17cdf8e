import {
  conditionalHeaders,
  currentAgeSeconds,
  lifetimes,
  updateApplies,
  updateStored,
  updateStoredByHead,
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
      'content-md5': 'x',
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

describe('updateStoredByHead', () => {
  const stored = { etag: '"a"', 'last-modified': at(-9), 'content-length': '5', 'x-a': '1' };

  it.each<[HeaderRecord, HeaderRecord, boolean]>([
    [stored, { ...stored }, true],
    [stored, { etag: '"a"' }, true],
    [stored, { 'content-length': '5' }, true],
    [stored, { etag: '"b"', 'content-length': '5' }, false],
    [stored, { etag: '"a"', 'last-modified': at(-8) }, false],
    [stored, { etag: '"a"', 'content-length': '6' }, false],
    [{ etag: '"a"' }, { etag: '"a"', 'content-length': '6' }, true],
    [{}, { etag: '"a"' }, false],
    [{}, { 'content-length': '5' }, false],
    [stored, {}, false],
  ])('of %j and a HEAD with %j: still the one: %s', (before, head, expected) => {
    const updated = updateStoredByHead(received(before), received({ ...head, 'x-a': '2' }));
    expect(updated?.headers['x-a']).toBe(expected ? '2' : undefined);
  });

  it('takes neither from nor for other statuses', () => {
    expect(updateStoredByHead(received(stored), received(stored, 404))).toBeUndefined();
    expect(updateStoredByHead(received(stored, 404), received(stored))).toBeUndefined();
  });
});
