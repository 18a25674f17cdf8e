import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTarget, parseTarget } from '@forebay/reverse-proxy';

describe('a request target', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/a%2Db', '/a-b'],
    ['/a%c3%a9', '/a%C3%A9'],
    ['/a?x=%7e', '/a?x=~'],
    ['http://host.example:8080/a?b', '/a?b'],
    ['https://host.example', '/'],
    ['/a?', '/a'],
  ])('%s is read as %s', (raw, canonical) => {
    expect(formatTarget(parseTarget(raw))).toBe(canonical);
  });

  it.each([
    '',
    '*',
    'example.org:443',
    'ftp://x/y',
    '/../a',
    '/a/.',
    '/a/%2e%2E/b',
    '/a%2f..%2fb',
    '/a\\..\\b',
    '/%00',
    '/%0',
    '/a#b',
    '/a b',
  ])('%j is refused with 400', (raw) => {
    expect(() => parseTarget(raw)).toThrow(expect.objectContaining({ status: 400 }));
  });

  it('has one canonical form, which is read as itself', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true }), (url) => {
        let canonical: string;
        try {
          canonical = formatTarget(parseTarget(url));
        } catch {
          return;
        }
        expect(formatTarget(parseTarget(canonical))).toBe(canonical);
      }),
    );
  });

  it('never fails otherwise than with a 4xx, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseTarget(text);
        } catch (error) {
          expect(error).toMatchObject({ status: 400 });
        }
      }),
    );
  });
});
