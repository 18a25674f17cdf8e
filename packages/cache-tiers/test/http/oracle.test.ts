import {
  currentAgeSeconds,
  decide,
  lifetimes,
  storable,
  type HeaderRecord,
  type StoredResponse,
} from '@forebay/cache-tiers/http';
import * as fc from 'fast-check';
import OtherPolicy from 'http-cache-semantics';
import { expect, it } from 'vitest';

import { T0, at, bare, get } from './heads.js';

/**
 * http-cache-semantics beside ours. Left out is where it departs from RFC 9111: directives that are not in lower case, twice
 * there or malformed, dates that are none, `proxy-revalidate` (taken for a lifetime of 0), `must-revalidate` when reusing
 * (taken for `no-cache`), an apparent age, statuses it does not know, `CDN-Cache-Control`.
 */
class Other extends OtherPolicy {
  static clock = T0;
  now(): number {
    return Other.clock;
  }
}

const policy = bare({ heuristicFraction: 0.1, maxHeuristicMs: 1e12 });
const seconds = fc.nat(5000);

const directives = (choices: readonly (readonly [string, boolean])[]) =>
  fc
    .tuple(
      fc.subarray(choices.map((choice) => [...choice] as const)),
      fc.array(seconds, { minLength: 8, maxLength: 8 }),
    )
    .map(([chosen, values]) => chosen.map(([name, valued], index) => (valued ? `${name}=${values[index]}` : name)));

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });

const response = (choices: readonly (readonly [string, boolean])[]) =>
  fc
    .record({
      status: fc.constantFrom(200, 203, 204, 206, 300, 301, 302, 303, 307, 308),
      directives: directives(choices),
      expires: optional(fc.integer({ min: -5000, max: 5000 })),
      lastModified: optional(fc.integer({ min: -50_000, max: -1 })),
      age: optional(seconds),
      etag: fc.constant('"a"'),
    })
    .map(({ status, directives: said, expires, lastModified, age, etag }): StoredResponse => {
      const headers: Record<string, string> = { date: at(0), etag };
      if (said.length > 0) headers['cache-control'] = said.join(', ');
      if (expires !== undefined) headers['expires'] = at(expires);
      if (lastModified !== undefined) headers['last-modified'] = at(lastModified);
      if (age !== undefined) headers['age'] = `${age}`;
      return { status, headers, requestTime: T0, responseTime: T0 };
    });

const LIFETIME = [
  ['max-age', true],
  ['s-maxage', true],
  ['public', false],
  ['no-cache', false],
  ['stale-while-revalidate', true],
] as const;

function plain(headers: HeaderRecord): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function other(stored: StoredResponse, headers: HeaderRecord = {}): Other {
  Other.clock = T0;
  return new Other(
    { method: 'GET', url: '/a', headers: plain(headers) },
    { status: stored.status, headers: plain(stored.headers) },
    { cacheHeuristic: 0.1, immutableMinTimeToLive: 0 },
  );
}

it('stores what http-cache-semantics stores', () => {
  const choices = [...LIFETIME, ['no-store', false], ['private', false], ['must-revalidate', false]] as const;
  const request = fc.record({
    authorization: optional(fc.constant('Basic x')),
    'cache-control': optional(fc.constant('no-store')),
  });
  fc.assert(
    fc.property(response(choices), request, (stored, asked) => {
      const headers = Object.fromEntries(Object.entries(asked).filter((entry) => entry[1] !== undefined));
      expect(storable(get(headers), stored, policy).store).toBe(other(stored, headers).storable());
    }),
    { numRuns: 500 },
  );
});

it('finds the lifetimes and ages that http-cache-semantics finds', () => {
  fc.assert(
    fc.property(response(LIFETIME), seconds, (stored, later) => {
      fc.pre(storable(get(), stored, policy).store);
      const theirs = other(stored);
      const age = currentAgeSeconds(stored, T0);
      const freshFor = (lifetimes(stored, policy, T0).freshUntil - T0) / 1000;
      expect(freshFor + age).toBeCloseTo(theirs.maxAge(), 3);
      Other.clock = T0 + later * 1000;
      expect(currentAgeSeconds(stored, Other.clock)).toBe(theirs.age());
    }),
    { numRuns: 500 },
  );
});

it('reuses what http-cache-semantics reuses', () => {
  const asked = fc.oneof(
    directives([['no-cache', false]]),
    directives([['min-fresh', true]]),
    directives([['max-age', true]]),
  );
  fc.assert(
    fc.property(response(LIFETIME), asked, seconds, (stored, wishes, later) => {
      fc.pre(storable(get(), stored, policy).store);
      // Neither a request that names an age nor no-cache allows anything stale (RFC 9111, sections 5.2.1.1 and 5.2.2.4);
      // the other overlooks both.
      const said = plain(stored.headers)['cache-control'] ?? '';
      fc.pre(!said.includes('stale-while') || !(said.includes('no-cache') || wishes.join().startsWith('max-age')));
      const now = T0 + later * 1000;
      const headers: HeaderRecord = wishes.length > 0 ? { 'cache-control': wishes.join(', ') } : {};
      const theirs = other(stored);
      Other.clock = now;
      const { revalidation } = theirs.evaluateRequest({ method: 'GET', url: '/a', headers: plain(headers) });
      const expected =
        revalidation === undefined ? 'fresh' : revalidation.synchronous ? 'revalidate' : 'stale-while-revalidate';
      expect(decide(get(headers), stored, lifetimes(stored, policy, T0), policy, now)).toBe(expected);
    }),
    { numRuns: 1000 },
  );
});
