import { evaluateConditions, type HeaderRecord } from '@forebay/cache-tiers/http';
import { expect, it } from 'vitest';

import { at, get, received } from './heads.js';

const TAGGED = { etag: '"a"', 'last-modified': at(-60), date: at(0) };

it.each<[HeaderRecord, string]>([
  [{}, 'send'],
  [{ 'if-none-match': '"a"' }, 'not-modified'],
  [{ 'if-none-match': 'W/"a"' }, 'not-modified'],
  [{ 'if-none-match': '"b", "a"' }, 'not-modified'],
  [{ 'if-none-match': ['"b"', '"a"'] }, 'not-modified'],
  [{ 'if-none-match': '"x,", "a"' }, 'not-modified'],
  [{ 'if-none-match': '"x, "a", y"' }, 'send'],
  [{ 'if-none-match': '*' }, 'not-modified'],
  [{ 'if-none-match': '"b"' }, 'send'],
  [{ 'if-none-match': '"b"', 'if-modified-since': at(0) }, 'send'],
  [{ 'if-modified-since': at(-60) }, 'not-modified'],
  [{ 'if-modified-since': at(-61) }, 'send'],
  [{ 'if-modified-since': 'yesterday' }, 'send'],
  [{ 'if-modified-since': [at(0), at(0)] }, 'send'],
  [{ 'if-match': '"a"' }, 'send'],
  [{ 'if-match': '*' }, 'send'],
  [{ 'if-match': 'W/"a"' }, 'precondition-failed'],
  [{ 'if-match': '"b"' }, 'precondition-failed'],
  [{ 'if-match': '"a"', 'if-none-match': '"a"' }, 'not-modified'],
  [{ 'if-match': '"a"', 'if-unmodified-since': at(-99) }, 'send'],
  [{ 'if-unmodified-since': at(-60) }, 'send'],
  [{ 'if-unmodified-since': at(-61) }, 'precondition-failed'],
  [{ 'if-unmodified-since': 'x' }, 'send'],
])('makes of %j: %s', (headers, expected) => {
  expect(evaluateConditions(get(headers), received(TAGGED))).toBe(expected);
});

it('compares a weak entity tag weakly for If-None-Match and never for If-Match', () => {
  const stored = received({ etag: 'W/"a"' });
  expect(evaluateConditions(get({ 'if-none-match': '"a"' }), stored)).toBe('not-modified');
  expect(evaluateConditions(get({ 'if-match': 'W/"a"' }), stored)).toBe('precondition-failed');
});

it('matches entity tags beyond ASCII', () => {
  expect(evaluateConditions(get({ 'if-none-match': '"ü"' }), received({ etag: '"ü"' }))).toBe('not-modified');
});

it('knows no entity tag where there is none', () => {
  const stored = received({ 'last-modified': at(-60) });
  expect(evaluateConditions(get({ 'if-none-match': '"a"', 'if-modified-since': at(0) }), stored)).toBe('send');
  expect(evaluateConditions(get({ 'if-none-match': '*' }), stored)).toBe('not-modified');
  expect(evaluateConditions(get({ 'if-match': '"a"' }), stored)).toBe('precondition-failed');
});

it('takes Date, then the time of receipt, for Last-Modified', () => {
  expect(evaluateConditions(get({ 'if-modified-since': at(0) }), received({ date: at(0) }))).toBe('not-modified');
  expect(evaluateConditions(get({ 'if-modified-since': at(-1) }), received({ date: at(0) }))).toBe('send');
  expect(evaluateConditions(get({ 'if-modified-since': at(0) }), received({}))).toBe('not-modified');
  expect(evaluateConditions(get({ 'if-modified-since': at(0) }), { status: 200, headers: {} })).toBe('send');
  expect(evaluateConditions(get({ 'if-unmodified-since': at(-1) }), received({ date: at(0) }))).toBe('send');
});

it('has no conditions on what is no success', () => {
  expect(evaluateConditions(get({ 'if-none-match': '*' }), received(TAGGED, 404))).toBe('send');
  expect(evaluateConditions(get({ 'if-match': '"b"' }), received(TAGGED, 404))).toBe('send');
});

it('answers HEAD as GET, and refuses other methods', () => {
  const headers = { 'if-none-match': '"a"', 'if-modified-since': at(0) };
  expect(evaluateConditions({ method: 'HEAD', url: '/', headers }, received(TAGGED))).toBe('not-modified');
  expect(evaluateConditions({ method: 'PUT', url: '/', headers }, received(TAGGED))).toBe('precondition-failed');
  const since = { 'if-modified-since': at(0) };
  expect(evaluateConditions({ method: 'PUT', url: '/', headers: since }, received(TAGGED))).toBe('send');
});
