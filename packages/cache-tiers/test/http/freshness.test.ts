import { currentAgeSeconds, lifetimes, type CachePolicy, type HeaderRecord } from '@forebay/cache-tiers/http';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { T0, at, bare, received } from './heads.js';

/** Seconds from receipt: fresh, stale while revalidated, stale if error. */
function windows(headers: HeaderRecord, options: Partial<CachePolicy> = {}, status = 200): number[] {
  const until = lifetimes(received(headers, status), bare(options), T0);
  return [until.freshUntil, until.staleWhileRevalidateUntil, until.staleIfErrorUntil].map((time) => (time - T0) / 1000);
}

function freshFor(headers: HeaderRecord, options: Partial<CachePolicy> = {}, status = 200): number | undefined {
  return windows(headers, options, status)[0];
}

describe('the freshness lifetime', () => {
  it.each([
    ['s-maxage before all', { 'cache-control': 'max-age=1, s-maxage=60', expires: at(9), date: at(0) }, 60],
    ['max-age before Expires', { 'cache-control': 'max-age=60', expires: at(-9), date: at(0) }, 60],
    ['max-age=0 before Expires', { 'cache-control': 'max-age=0', expires: at(9), date: at(0) }, 0],
    ['Expires less Date', { expires: at(60), date: at(40) }, 20],
    ['Expires less receipt where there is no Date', { expires: at(60) }, 60],
    ['an Expires in the past', { expires: at(-60), date: at(0) }, 0],
    ['an Expires that is no date', { expires: '0', date: at(0) }, 0],
    ['the earlier of two Expires', { expires: [at(60), at(30)], date: at(0) }, 30],
    ['one of two Expires that is no date', { expires: [at(60), 'x'], date: at(0) }, 0],
    ['CDN-Cache-Control before all', { 'cdn-cache-control': 'max-age=60', 'cache-control': 's-maxage=1' }, 60],
    ['CDN-Cache-Control without a lifetime before Expires', { 'cdn-cache-control': 'public', expires: at(60) }, 0],
    [
      'Cache-Control where CDN-Cache-Control is malformed',
      { 'cdn-cache-control': '=', 'cache-control': 'max-age=9' },
      9,
    ],
    ['no-cache', { 'cache-control': 'max-age=60, no-cache' }, 0],
    ['no-cache for one field', { 'cache-control': 'max-age=60, no-cache="a"' }, 60],
    ['nothing', {}, 0],
  ])('is reckoned from %s', (_case, headers, seconds) => {
    expect(freshFor(headers)).toBe(seconds);
  });

  it('of a private cache passes over s-maxage and CDN-Cache-Control', () => {
    const headers = { 'cache-control': 'max-age=1, s-maxage=60', 'cdn-cache-control': 'max-age=90' };
    expect(freshFor(headers, { shared: false })).toBe(1);
  });

  it.each([
    ['Thu, 18 Aug 2050 02:01:18 GMT', true],
    ['thu, 18 AUG 2050 02:01:18 gmt', true],
    ['Thursday, 18-Aug-50 02:01:18 GMT', true],
    ['Thu Aug 18 02:01:18 2050', true],
    ['Mon Aug  8 02:01:18 2050', true],
    ['Thu, 18 Aug 2050 02:01:18 UTC', false],
    ['Thu, 18 Aug 2050 02:01:18', false],
    ['Thu, 18 Aug 50 02:01:18 GMT', false],
    ['Thu 18 Aug 2050 02:01:18 GMT', false],
    ['Thu, 18  Aug 2050 02:01:18 GMT', false],
    ['Thu, 18-Aug-2050 02:01:18 GMT', false],
    ['Thu, 18 Aug 2050 2:01:18 GMT', false],
    ['Thu, 18 Aug 2050 02.01.18 GMT', false],
    ['Thu, 31 Feb 2050 02:01:18 GMT', false],
    ['Thu, 18 Aug 2050 24:01:18 GMT', false],
    ['Thu, 18 Foo 2050 02:01:18 GMT', false],
    ['2050-08-18T02:01:18Z', false],
    ['Thursday, 18-Aug-94 02:01:18 GMT', false],
  ])('reads the date %s as a future one: %s', (expires, future) => {
    expect((freshFor({ expires, date: at(0) }) ?? 0) > 0).toBe(future);
  });

  it('falls to a share of the time since Last-Modified', () => {
    const headers = { 'last-modified': at(-1000), date: at(0) };
    expect(freshFor(headers, { heuristicFraction: 0.1 })).toBe(100);
    expect(freshFor(headers, { heuristicFraction: 0.1, maxHeuristicMs: 9000 })).toBe(9);
    expect(freshFor({ ...headers, pragma: 'no-cache' }, { heuristicFraction: 0.1 })).toBe(0);
    expect(freshFor(headers, { heuristicFraction: 0.1 }, 302)).toBe(0);
    expect(freshFor({ ...headers, 'cache-control': 'public' }, { heuristicFraction: 0.1 }, 302)).toBe(100);
    expect(freshFor({ 'last-modified': at(9), date: at(0) }, { heuristicFraction: 0.1 })).toBe(0);
  });

  it("is the operator's where the origin is silent, whatever the age", () => {
    const options = { defaultTtlMs: 60_000, negativeTtlMs: 5000, heuristicFraction: 0.1 };
    expect(freshFor({ age: '90', 'last-modified': at(-1000), date: at(0) }, options)).toBe(60);
    expect(freshFor({ 'cache-control': 'max-age=1' }, options)).toBe(1);
    expect(freshFor({}, options, 404)).toBe(5);
    expect(freshFor({ 'cache-control': 'max-age=90' }, options, 404)).toBe(90);
    expect(freshFor({}, options, 500)).toBe(0);
  });

  it("is the operator's where he overrides, of successes and permanent redirects", () => {
    const options = { overrideTtlMs: 60_000, negativeTtlMs: 5000 };
    expect(freshFor({ 'cache-control': 'max-age=1', age: '90' }, options)).toBe(60);
    expect(freshFor({ 'cache-control': 'no-cache' }, options)).toBe(60);
    expect(freshFor({}, options, 301)).toBe(60);
    expect(freshFor({ 'cache-control': 'max-age=90' }, options, 404)).toBe(5);
    expect(freshFor({ 'cache-control': 'max-age=90' }, options, 302)).toBe(90);
    expect(freshFor({ 'cache-control': 'max-age=90' }, options, 503)).toBe(90);
  });

  it('may exceed 25 days', () => {
    expect(freshFor({ 'cache-control': 'max-age=31536000' })).toBe(31_536_000);
  });

  it('does not begin in the future where the response claims to come from there', () => {
    const { freshUntil } = lifetimes(received({ 'cache-control': 'max-age=60' }), bare(), T0 - 3_600_000);
    expect(freshUntil).toBe(T0 - 3_600_000 + 60_000);
  });
});

describe('stale windows', () => {
  const operator = { staleWhileRevalidateMs: 5000, staleIfErrorMs: 50_000 };

  it.each([
    ["the operator's where the origin is silent", 'max-age=10', [10, 15, 60]],
    ["the origin's", 'max-age=10, stale-while-revalidate=2, stale-if-error=4', [10, 12, 14]],
    ["the origin's of 0", 'max-age=10, stale-while-revalidate=0, stale-if-error=0', [10, 10, 10]],
    ['never shorter for errors than while revalidating', 'max-age=10, stale-while-revalidate=90', [10, 100, 100]],
    ['none after s-maxage', 's-maxage=10', [10, 10, 10]],
    ["the origin's after s-maxage", 's-maxage=10, stale-while-revalidate=2', [10, 12, 12]],
    ['none with must-revalidate', 'max-age=10, must-revalidate, stale-if-error=9', [10, 10, 10]],
    ['none with proxy-revalidate', 'max-age=10, proxy-revalidate, stale-if-error=9', [10, 10, 10]],
    ['none with no-cache', 'max-age=10, no-cache, stale-if-error=9', [0, 0, 0]],
  ])('are %s', (_case, value, expected) => {
    expect(windows({ 'cache-control': value }, operator)).toEqual(expected);
  });

  it("of errors are the origin's alone", () => {
    expect(windows({ 'cache-control': 'max-age=10' }, operator, 404)).toEqual([10, 10, 10]);
    expect(windows({ 'cache-control': 'max-age=10, stale-if-error=4' }, operator, 404)).toEqual([10, 10, 14]);
  });

  it('follow the override, but not against must-revalidate', () => {
    const options = { ...operator, overrideTtlMs: 20_000 };
    expect(windows({ 'cache-control': 's-maxage=1, stale-if-error=1' }, options)).toEqual([20, 25, 70]);
    expect(windows({ 'cache-control': 'max-age=1, must-revalidate' }, options)).toEqual([20, 20, 20]);
  });

  it('of a private cache heed neither proxy-revalidate nor s-maxage', () => {
    const headers = { 'cache-control': 'max-age=10, s-maxage=1, proxy-revalidate' };
    expect(windows(headers, { ...operator, shared: false })).toEqual([10, 15, 60]);
  });

  it('never come before one another, whatever the origin and the operator say', () => {
    const seconds = fc.option(fc.nat(1000), { nil: undefined });
    fc.assert(
      fc.property(seconds, seconds, seconds, fc.nat(9999), fc.nat(9999), (maxAge, swr, sie, swrMs, sieMs) => {
        const value = Object.entries({ 'max-age': maxAge, 'stale-while-revalidate': swr, 'stale-if-error': sie })
          .filter((entry) => entry[1] !== undefined)
          .map((entry) => entry.join('='));
        const [fresh = 0, whileRevalidate = 0, ifError = 0] = windows(
          { 'cache-control': value },
          { staleWhileRevalidateMs: swrMs, staleIfErrorMs: sieMs },
        );
        expect(fresh).toBeLessThanOrEqual(whileRevalidate);
        expect(whileRevalidate).toBeLessThanOrEqual(ifError);
      }),
    );
  });
});

describe('currentAgeSeconds', () => {
  it.each([
    ['60', 60],
    ['60, 90', 60],
    [['60', '90'], 60],
    ['90, abc', 90],
    ['abc', 0],
    ['-60', 0],
    ['60.0', 0],
    ['60a', 0],
    ['99999999999', 2 ** 31],
  ])('reads Age: %s', (age, expected) => {
    expect(currentAgeSeconds(received({ age, date: at(0) }), T0)).toBe(expected);
  });

  it('follows the formulas of RFC 9111, section 4.2.3, to the second', () => {
    const ms = fc.nat(100_000_000);
    fc.assert(
      fc.property(fc.integer({ min: -9999, max: 9999 }), fc.nat(9999), ms, ms, (dateAt, ageValue, delay, resident) => {
        const requestTime = T0;
        const responseTime = requestTime + delay;
        const now = responseTime + resident;
        const stored = { status: 200, headers: { age: `${ageValue}`, date: at(dateAt) }, requestTime, responseTime };

        const apparentAge = Math.max(0, responseTime / 1000 - (T0 / 1000 + dateAt));
        const correctedAgeValue = ageValue + (responseTime - requestTime) / 1000;
        const correctedInitialAge = Math.max(apparentAge, correctedAgeValue);
        const currentAge = correctedInitialAge + (now - responseTime) / 1000;
        // Date has no fractions: the second it was written in may still be running.
        expect(currentAgeSeconds(stored, now)).toBeGreaterThan(currentAge - 2);
        expect(currentAgeSeconds(stored, now)).toBeLessThanOrEqual(currentAge + 1e-6);
      }),
    );
  });

  it('agrees with the lifetimes: fresh exactly while the lifetime exceeds the age', () => {
    const ms = fc.nat(50_000);
    fc.assert(
      fc.property(fc.nat(60), fc.nat(60), ms, ms, ms, (maxAge, ageValue, delay, resident, sinceDate) => {
        const responseTime = T0 + delay;
        const now = responseTime + resident;
        const date = new Date(T0 - sinceDate).toUTCString();
        const headers = { 'cache-control': `max-age=${maxAge}`, age: `${ageValue}`, date };
        const stored = { status: 200, headers, requestTime: T0, responseTime };
        expect(now < lifetimes(stored, bare(), now).freshUntil).toBe(maxAge > currentAgeSeconds(stored, now));
      }),
    );
  });

  it('does not fall below the age at receipt when the clock is set back', () => {
    expect(currentAgeSeconds(received({ age: '5', date: at(0) }), T0 - 99_000)).toBe(5);
  });
});
