import {
  countsAsError,
  decide,
  lifetimes,
  mayServeOnError,
  wantsOnlyIfCached,
  type CachePolicy,
  type HeaderRecord,
} from '@forebay/cache-tiers/http';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { T0, bare, get, received } from './heads.js';

const STALE_OK = 'max-age=60, stale-while-revalidate=30';

/** The decision so many seconds after receipt. */
function decideAt(seconds: number, cacheControl: string, asked: HeaderRecord = {}, options: Partial<CachePolicy> = {}) {
  const stored = received({ 'cache-control': cacheControl });
  const policy = bare(options);
  return decide(get(asked), stored, lifetimes(stored, policy, T0), policy, T0 + seconds * 1000);
}

/** Whether it may stand in so many seconds after receipt. */
function mayAt(seconds: number, cacheControl: string, asked: HeaderRecord = {}): boolean {
  const stored = received({ 'cache-control': cacheControl });
  return mayServeOnError(stored, lifetimes(stored, bare(), T0), get(asked), T0 + seconds * 1000);
}

describe('decide', () => {
  it.each([
    [0, 'fresh'],
    [59.999, 'fresh'],
    [60, 'stale-while-revalidate'],
    [89.999, 'stale-while-revalidate'],
    [90, 'revalidate'],
  ])('after %s of 60 + 30 seconds: %s', (seconds, expected) => {
    expect(decideAt(seconds, STALE_OK)).toBe(expected);
    expect(decideAt(seconds, STALE_OK, { 'cache-control': 'no-transform' })).toBe(expected);
  });

  it('has what says no-cache confirmed each time', () => {
    expect(decideAt(0, 'max-age=60, no-cache')).toBe('revalidate');
  });

  it.each([
    ['no-cache', 1, 'revalidate'],
    ['No-Cache', 1, 'revalidate'],
    ['max-age=0', 0, 'revalidate'],
    ['max-age=10', 10, 'fresh'],
    ['max-age=10', 10.001, 'revalidate'],
    ['max-age=99', 61, 'revalidate'],
    ['max-age=99, max-stale=5', 61, 'stale-while-revalidate'],
    ['min-fresh=10', 50, 'fresh'],
    ['min-fresh=10', 50.001, 'revalidate'],
    ['min-fresh=0', 61, 'revalidate'],
    ['max-stale=40', 100, 'stale-while-revalidate'],
    ['max-stale=40', 100.001, 'revalidate'],
    ['max-stale', 1e6, 'stale-while-revalidate'],
    ['only-if-cached', 1, 'fresh'],
    ['only-if-cached', 61, 'stale-while-revalidate'],
    ['only-if-cached', 91, 'gateway-timeout'],
    ['only-if-cached, max-stale', 91, 'stale-while-revalidate'],
    ['only-if-cached, no-cache', 1, 'gateway-timeout'],
    ['no-store', 1, 'fresh'],
  ])('gives a request with %s after %s seconds: %s', (asked, seconds, expected) => {
    expect(decideAt(seconds, STALE_OK, { 'cache-control': asked })).toBe(expected);
  });

  it.each(['must-revalidate', 'proxy-revalidate', 's-maxage=60', 'no-cache'])(
    'gives nothing stale for max-stale against %s',
    (directive) => {
      expect(decideAt(61, `max-age=60, ${directive}`, { 'cache-control': 'max-stale' })).toBe('revalidate');
    },
  );

  it('heeds Pragma where there is no Cache-Control', () => {
    expect(decideAt(1, STALE_OK, { pragma: 'x, No-Cache' })).toBe('revalidate');
    expect(decideAt(1, STALE_OK, { pragma: 'no-cache', 'cache-control': 'max-age=60' })).toBe('fresh');
    expect(decideAt(1, STALE_OK, { pragma: 'no-cached' })).toBe('fresh');
  });

  it('ignores what a reload asks for, if told to, but not leave to serve stale or only-if-cached', () => {
    const options = { ignoreClientReload: true };
    for (const value of ['no-cache', 'max-age=0', 'min-fresh=99']) {
      expect(decideAt(1, STALE_OK, { 'cache-control': value }, options)).toBe('fresh');
      expect(decideAt(61, STALE_OK, { 'cache-control': value }, options)).toBe('stale-while-revalidate');
    }
    expect(decideAt(1, STALE_OK, { pragma: 'no-cache' }, options)).toBe('fresh');
    expect(decideAt(99, STALE_OK, { 'cache-control': 'max-stale' }, options)).toBe('stale-while-revalidate');
    expect(decideAt(99, STALE_OK, { 'cache-control': 'only-if-cached' }, options)).toBe('gateway-timeout');
  });
});

describe('decide, for any lifetimes and wishes', () => {
  it('follows RFC 9111: fresh is freshness_lifetime > current_age, within what the request accepts', () => {
    const seconds = fc.nat(100);
    const wish = fc.option(seconds, { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({ lifetime: seconds, swr: seconds, age: seconds, later: fc.nat(200_000) }),
        fc.record({ 'max-age': wish, 'min-fresh': wish, 'max-stale': wish }),
        ({ lifetime, swr, age, later }, wishes) => {
          const headers = { 'cache-control': `max-age=${lifetime}, stale-while-revalidate=${swr}`, age: `${age}` };
          const stored = received(headers);
          const now = T0 + later;
          const asked = Object.entries(wishes).flatMap(([name, value]) =>
            value === undefined ? [] : [`${name}=${value}`],
          );
          const request = get(asked.length === 0 ? {} : { 'cache-control': asked.join(',') });

          const currentAge = age + later / 1000;
          const { 'max-age': maxAge, 'min-fresh': minFresh, 'max-stale': maxStale } = wishes;
          const tooOld = maxAge !== undefined && (maxAge === 0 || currentAge > maxAge);
          const notFreshEnough = minFresh !== undefined && lifetime < currentAge + minFresh;
          const accepted = maxStale !== undefined && currentAge - lifetime <= maxStale;
          const tolerated = maxAge === undefined && currentAge < lifetime + swr;
          let expected = 'revalidate';
          if (!tooOld && !notFreshEnough) {
            if (lifetime > currentAge) expected = 'fresh';
            else if (accepted || tolerated) expected = 'stale-while-revalidate';
          }
          expect(decide(request, stored, lifetimes(stored, bare(), T0), bare(), now)).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('mayServeOnError', () => {
  it('lets a stale copy stand in within its window, reload or not', () => {
    expect(mayAt(69.999, 'max-age=60, stale-if-error=10')).toBe(true);
    expect(mayAt(1, 'max-age=60, stale-if-error=10', { 'cache-control': 'no-cache' })).toBe(true);
    expect(mayAt(70, 'max-age=60, stale-if-error=10')).toBe(false);
  });

  it("lets the request's own stale-if-error widen it, but not against the origin", () => {
    const asked = { 'cache-control': 'stale-if-error=20' };
    expect(mayAt(79.999, 'max-age=60, stale-if-error=10', asked)).toBe(true);
    expect(mayAt(80, 'max-age=60', asked)).toBe(false);
    expect(mayAt(61, 'max-age=60, must-revalidate', asked)).toBe(false);
  });

  it('takes 500, 502, 503 and 504 for errors', () => {
    expect([200, 404, 429, 500, 501, 502, 503, 504, 505].filter(countsAsError)).toEqual([500, 502, 503, 504]);
  });
});

it('tells who wants only what is cached', () => {
  expect(wantsOnlyIfCached(get({ 'cache-control': 'max-age=1, Only-If-Cached' }))).toBe(true);
  expect(wantsOnlyIfCached(get({ 'cache-control': 'x="only-if-cached"' }))).toBe(false);
  expect(wantsOnlyIfCached(get())).toBe(false);
});
