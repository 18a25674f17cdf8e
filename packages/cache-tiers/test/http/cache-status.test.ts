import { cacheStatus, type CacheStatus } from '@forebay/cache-tiers/http';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { anyText } from './heads.js';

it.each<[CacheStatus, string]>([
  [{ hit: true, ttl: 1740, detail: 'memory' }, 'forebay; hit; ttl=1740; detail=memory'],
  [{ fwd: 'miss', fwdStatus: 200, stored: true }, 'forebay; fwd=miss; fwd-status=200; stored'],
  [{ fwd: 'uri-miss', collapsed: true, stored: false }, 'forebay; fwd=uri-miss; collapsed'],
  [{ hit: true, fwd: 'stale', ttl: -12.5 }, 'forebay; hit; ttl=-13'],
  [
    { fwd: 'stale', fwdStatus: 304, detail: 'not modified' },
    'forebay; fwd=stale; fwd-status=304; detail="not modified"',
  ],
  [{ hit: true, key: '/a?"b"\\' }, 'forebay; hit; key="/a?\\"b\\"\\\\"'],
  [{ hit: true, key: '/ä\r\n' }, 'forebay; hit; key="/%C3%A4%0D%0A"'],
  [{ hit: true, ttl: 1e20 }, 'forebay; hit; ttl=999999999999999'],
  [{}, 'forebay'],
])('writes %j as %s', (status, expected) => {
  expect(cacheStatus(status)).toBe(expected);
});

it('is a structured field whatever key and detail hold', () => {
  const string = String.raw`"(?:[ !#-\[\]-~]|\\["\\])*"`;
  const field = new RegExp(
    String.raw`^forebay; hit; key=${string}; detail=(?:${string}|[A-Za-z*][\w!#$%&'*+.^|~:/\x60-]*)$`,
  );
  fc.assert(
    fc.property(anyText, anyText, (key, detail) => {
      expect(cacheStatus({ hit: true, key, detail })).toMatch(field);
    }),
  );
  expect(cacheStatus({ hit: true, key: '\uD800', detail: '' })).toBe('forebay; hit; key="%EF%BF%BD"; detail=""');
});
