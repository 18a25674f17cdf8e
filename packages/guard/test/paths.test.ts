import { isPlainPath, isWithin } from '@forebay/guard';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** As a lenient server reads it: what is no escape stays. */
const decoded = (path: string): string =>
  path.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));

describe('a path', () => {
  it.each(['/', '/live/a.m3u8', '/a%20b/%C3%A9.ts', '/a..b/...c/.hidden', '/100%25', '/100%25.ts', '//a', '/a/'])(
    '%s is plain',
    (path) => expect(isPlainPath(path)).toBe(true),
  );

  it.each([
    '',
    'live/a.m3u8',
    '/live/../admin',
    '/live/..',
    '/./a',
    '/live/%2e%2E/admin',
    '/live/.%2e/admin',
    '/live/..;/admin',
    '/live/..;a=b/admin',
    '/live/%2e.%3Bx',
    '/live/..%2fadmin',
    '/live%2Fadmin',
    String.raw`/live\admin`,
    '/live/%5c..%5cadmin',
    '/live/%252e%252e/admin',
    '/live/%252Fadmin',
    '/live/a%00.m3u8',
    '/live/a\0.m3u8',
    '/live/a\n',
  ])('%j is not plain, and within nothing', (path) => {
    expect(isPlainPath(path)).toBe(false);
    expect(isWithin(path, '/')).toBe(false);
    expect(isWithin('/live/a', path)).toBe(false);
  });
});

describe('being within a prefix', () => {
  it.each([
    ['/live/a.m3u8', '/live'],
    ['/live/a.m3u8', '/live/'],
    ['/live', '/live'],
    ['/live', '/live/'],
    ['/live/', '/live'],
    ['/anything', '/'],
  ])('%s is within %s', (path, prefix) => expect(isWithin(path, prefix)).toBe(true));

  it.each([
    ['/livestock/a.m3u8', '/live'],
    ['/live', '/live/a'],
    ['/LIVE/a', '/live'],
    ['/live/a.m3u8.bak', '/live/a.m3u8'],
  ])('%s is not within %s', (path, prefix) => expect(isWithin(path, prefix)).toBe(false));

  it('never holds what resolves to a path outside, however it is spelt', () => {
    const piece = fc.constantFrom('a', '.', '..', '%2e', '%2E', '/', '%2f', '\\', '%5c', '%25', '2e', 'live');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const path = `/live/${pieces.join('')}`;
        if (!isWithin(path, '/live')) return;
        expect(new URL(decoded(decoded(path)), 'http://host').pathname).toMatch(/^\/live(?:\/|$)/);
      }),
      { numRuns: 1000 },
    );
  });
});
