import { invalidates, type HeaderRecord } from '@forebay/cache-tiers/http';
import { describe, expect, it } from 'vitest';

function after(method: string, url: string, headers: HeaderRecord = {}, status = 200): readonly string[] {
  return invalidates({ method, url, headers: { host: 'a.example' } }, { status, headers });
}

describe('invalidates', () => {
  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'MKCOL', 'X-UNKNOWN'])('the target of %s', (method) => {
    expect(after(method, '/a?b')).toEqual(['/a?b']);
  });

  it.each(['GET', 'HEAD', 'OPTIONS', 'TRACE'])('nothing after %s', (method) => {
    expect(after(method, '/a')).toEqual([]);
  });

  it('nothing after a failure, something after a redirect', () => {
    expect(after('POST', '/a', {}, 303)).toEqual(['/a']);
    expect(after('POST', '/a', {}, 404)).toEqual([]);
    expect(after('POST', '/a', {}, 500)).toEqual([]);
  });

  it.each([
    ['/c?d#e', ['/a/b', '/c?d']],
    ['c', ['/a/b', '/a/c']],
    ['../c', ['/a/b', '/c']],
    ['http://a.example/c', ['/a/b', '/c']],
    ['https://A.example/c', ['/a/b', '/c']],
    ['http://a.example:8080/c', ['/a/b']],
    ['//other.example/c', ['/a/b']],
    ['http://other.example/c', ['/a/b']],
    ['javascript:alert(1)', ['/a/b']],
    ['http://[', ['/a/b']],
    ['/a/b', ['/a/b']],
  ])('what Location %s names on the same host', (location, expected) => {
    expect(after('POST', '/a/b', { location })).toEqual(expected);
    expect(after('POST', '/a/b', { 'content-location': location })).toEqual(expected);
  });

  it('gives absolute URLs for an absolute target, of the same origin only', () => {
    const url = 'https://a.example/a';
    expect(after('PUT', url, { location: '/b', 'content-location': 'https://a.example/c' })).toEqual([
      url,
      'https://a.example/b',
      'https://a.example/c',
    ]);
    expect(after('PUT', url, { location: 'http://a.example/b' })).toEqual([url]);
  });

  it('does not let a target of two slashes change the host', () => {
    expect(after('PUT', '//other.example/a', { location: 'http://other.example/b' })).toEqual(['//other.example/a']);
  });

  it('makes do with a target that is no URL', () => {
    expect(after('POST', '*', { location: '/b' })).toEqual(['*']);
  });
});
