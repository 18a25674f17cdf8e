import { storable, type CachePolicy, type HeaderRecord } from '@forebay/cache-tiers/http';
import { describe, expect, it } from 'vitest';

import { at, bare, get } from './heads.js';

const FRESH = { 'cache-control': 'max-age=60' };

/** `true`, or why not. */
function verdict(headers: HeaderRecord, status = 200, options: Partial<CachePolicy> = {}, request = get()): unknown {
  const result = storable(request, { status, headers }, bare(options));
  return result.store || result.reason;
}

describe('storable', () => {
  it.each([
    ['an answer with a lifetime', FRESH, 200, true],
    ['an answer with a future Expires', { expires: at(60), date: at(0) }, 200, true],
    ['an answer with a validator', { etag: '"a"' }, 200, true],
    ['an answer that is to be validated each time', { 'cache-control': 'no-cache', etag: '"a"' }, 200, true],
    ['a redirect with a lifetime', FRESH, 302, true],
    ['an error with a lifetime', FRESH, 503, true],
    ['an unknown status with a lifetime', FRESH, 599, true],
    ['no-store', { 'cache-control': 'max-age=60, No-Store' }, 200, 'no-store'],
    ['private', { 'cache-control': 'max-age=60, private' }, 200, 'private'],
    ['private for one field', { 'cache-control': 'max-age=60, private="x-user"' }, 200, true],
    ['a 206', FRESH, 206, 'partial'],
    ['a 200 with a meaningless Content-Range', { ...FRESH, 'content-range': 'bytes 0-1/2' }, 200, true],
    ['a 304', FRESH, 304, 'status'],
    ['a 429 with a lifetime', FRESH, 429, 'status'],
    ['a 103', FRESH, 103, 'status'],
    ['a status that is none', FRESH, 99.5, 'status'],
    ['a 302 without a lifetime', { etag: '"a"' }, 302, 'status'],
    ['a 500 without a lifetime', {}, 500, 'status'],
    ['a 302 that is public', { 'cache-control': 'public', etag: '"a"' }, 302, true],
    ['Vary with a star among names', { ...FRESH, vary: 'accept, *' }, 200, 'vary'],
    ['Vary of names', { ...FRESH, vary: 'accept' }, 200, true],
    ['nothing to gain', {}, 200, 'no-lifetime'],
    ['nothing to gain from no-cache', { 'cache-control': 'no-cache' }, 200, 'no-lifetime'],
    ['a lifetime that is over', { 'cache-control': 'max-age=60', age: '60' }, 200, 'no-lifetime'],
    [
      'a lifetime that is over, with leave to serve stale',
      { 'cache-control': 'max-age=0, stale-if-error=9' },
      200,
      true,
    ],
    ['must-understand over no-store', { 'cache-control': 'no-store, must-understand, max-age=60' }, 200, true],
    ['must-understand of an unknown status', { 'cache-control': 'must-understand, max-age=60' }, 599, 'status'],
    ['a cookie with a lifetime', { ...FRESH, 'set-cookie': ['a=1'] }, 200, true],
    ['a cookie and no word of caching', { etag: '"a"', 'set-cookie': ['a=1'] }, 200, 'set-cookie'],
    ['a Vary beyond all measure', { ...FRESH, vary: 'a'.repeat(16_385) }, 200, 'malformed'],
    ['a Vary that cannot be read', { ...FRESH, vary: 'accept\u0000' }, 200, 'malformed'],
    [
      'a targeted lifetime over no-store',
      { 'cache-control': 'no-store', 'cdn-cache-control': 'max-age=60' },
      200,
      true,
    ],
    ['a targeted no-store over a lifetime', { ...FRESH, 'cdn-cache-control': 'no-store' }, 200, 'no-store'],
    [
      'a malformed targeted field',
      { 'cache-control': 'no-store', 'cdn-cache-control': 'max-age=60,&' },
      200,
      'no-store',
    ],
  ])('judges %s', (_case, headers, status, expected) => {
    expect(verdict(headers, status)).toBe(expected);
  });

  it('stores answers to GET alone', () => {
    for (const method of ['HEAD', 'POST', 'get', 'OPTIONS']) {
      expect(verdict(FRESH, 200, {}, { method, url: '/', headers: {} })).toBe('method');
    }
  });

  it.each([
    ['max-age=60', 'authorization'],
    ['max-age=60, must-revalidate', true],
    ['public, max-age=60', true],
    ['s-maxage=60', true],
  ])('answers an authorized request for all only with leave: %s', (value, expected) => {
    const request = get({ authorization: 'Bearer x' });
    expect(verdict({ 'cache-control': value }, 200, {}, request)).toBe(expected);
    expect(verdict({ 'cache-control': value }, 200, { overrideTtlMs: 1000 }, request)).toBe(expected);
  });

  it('keeps an authorized answer in a private cache', () => {
    expect(verdict(FRESH, 200, { shared: false }, get({ authorization: 'Bearer x' }))).toBe(true);
  });

  it("obeys the client's no-store unless told to ignore it", () => {
    const request = get({ 'cache-control': 'no-store' });
    expect(verdict(FRESH, 200, {}, request)).toBe('request-no-store');
    expect(verdict(FRESH, 200, { ignoreClientReload: true }, request)).toBe(true);
  });

  it('lets a private cache keep what is private and go by Cache-Control alone', () => {
    expect(verdict({ 'cache-control': 'private, max-age=60' }, 200, { shared: false })).toBe(true);
    expect(verdict({ ...FRESH, 'cdn-cache-control': 'no-store' }, 200, { shared: false })).toBe(true);
  });

  it("keeps what is silent for the operator's lifetimes", () => {
    expect(verdict({}, 200, { defaultTtlMs: 1000 })).toBe(true);
    expect(verdict({}, 404, { negativeTtlMs: 1000 })).toBe(true);
    expect(verdict({}, 404, { defaultTtlMs: 1000 })).toBe('no-lifetime');
    expect(verdict({}, 200, { staleIfErrorMs: 1000 })).toBe(true);
    expect(verdict({}, 503, { defaultTtlMs: 1000, staleIfErrorMs: 1000 })).toBe('status');
  });

  it('overrides lifetimes, but neither no-store nor private nor Vary: *', () => {
    const override = { overrideTtlMs: 1000 };
    expect(verdict({ 'cache-control': 'max-age=0, no-cache' }, 200, override)).toBe(true);
    expect(verdict({ 'set-cookie': ['a=1'] }, 200, override)).toBe(true);
    expect(verdict({ 'cache-control': 'no-store' }, 200, override)).toBe('no-store');
    expect(verdict({ 'cache-control': 'private' }, 200, override)).toBe('private');
    expect(verdict({ vary: '*' }, 200, override)).toBe('vary');
    expect(verdict({}, 302, override)).toBe('status');
  });
});
