import { describe, expect, it } from 'vitest';
import { isSigned, signRequest } from '../../src/cascade/request-signature.js';

const NOW = 1_800_000_000_000;
const signed = signRequest('the key', 'POST', '/cache/clear?type=all', NOW);
const request = { method: 'POST', url: '/cache/clear?type=all' };

describe('the signature of a request', () => {
  it('holds for that request, with that key, for a minute', () => {
    expect(isSigned(signed, 'the key', request, NOW)).toBe(true);
    expect(isSigned(signed, 'the key', request, NOW + 60_000)).toBe(true);
    expect(isSigned(signed, 'the key', request, NOW - 60_000)).toBe(true);
    expect(isSigned(signed, 'the key', request, NOW + 60_001)).toBe(false);
  });

  it('holds for no other method, target, time or key', () => {
    expect(isSigned(signed, 'the key', { ...request, method: 'GET' }, NOW)).toBe(false);
    expect(isSigned(signed, 'the key', { ...request, url: '/config' }, NOW)).toBe(false);
    expect(isSigned(signed.replace('1800', '1801'), 'the key', request, NOW + 1_000_000_000)).toBe(false);
    expect(isSigned(signed, 'another key', request, NOW)).toBe(false);
  });

  it('does not contain the key, and takes nothing malformed', () => {
    expect(signed).not.toContain('the key');
    for (const wrong of [undefined, '', 'Forebay', 'Forebay 1.2', `Bearer ${signed}`, `${signed}=`])
      expect(isSigned(wrong, 'the key', request, NOW)).toBe(false);
  });
});
