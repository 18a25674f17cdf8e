import { clientAddress, createAllowList, forwardedOrigin } from '@forebay/guard';
import { describe, expect, it } from 'vitest';

const trusted = createAllowList(['10.0.0.0/8', '::1']);
const ask = (headers: Record<string, string | string[]>, remoteAddress = '10.0.0.1'): string | undefined =>
  clientAddress({ remoteAddress, headers, trusted });

describe('clientAddress', () => {
  it('is the peer when the peer is not trusted, whatever the headers say', () => {
    expect(ask({ 'x-forwarded-for': '1.2.3.4', forwarded: 'for=1.2.3.4' }, '9.9.9.9')).toBe('9.9.9.9');
    expect(
      clientAddress({ remoteAddress: '10.0.0.1', headers: { 'x-forwarded-for': '1.2.3.4' }, trusted: undefined }),
    ).toBe('10.0.0.1');
  });

  it('is the rightmost hop that is not trusted, so that a forged left end changes nothing', () => {
    expect(ask({ 'x-forwarded-for': '6.6.6.6, 1.2.3.4, 10.0.0.2' })).toBe('1.2.3.4');
    expect(ask({ 'x-forwarded-for': ['6.6.6.6', '1.2.3.4, 10.0.0.2'] })).toBe('1.2.3.4');
  });

  it('is the leftmost hop when all are trusted', () => {
    expect(ask({ 'x-forwarded-for': '10.9.9.9, 10.0.0.2' })).toBe('10.9.9.9');
  });

  it('stops at a hop that is no address', () => {
    expect(ask({ 'x-forwarded-for': '1.2.3.4, unknown, 10.0.0.2' })).toBe('10.0.0.2');
  });

  it('reads Forwarded with ports, quotes and brackets', () => {
    expect(ask({ forwarded: 'for=6.6.6.6, for="[2001:db8::7]:4711";proto=https;by=10.0.0.2' })).toBe('2001:db8::7');
    expect(ask({ forwarded: 'For=1.2.3.4:80' })).toBe('1.2.3.4');
    expect(ask({ forwarded: 'for=1.2.3.4;;"' })).toBe('10.0.0.1');
  });

  it('believes neither header when they contradict each other', () => {
    expect(ask({ 'x-forwarded-for': '1.2.3.4', forwarded: 'for=5.6.7.8' })).toBe('10.0.0.1');
    expect(ask({ 'x-forwarded-for': '1.2.3.4', forwarded: 'for=1.2.3.4' })).toBe('1.2.3.4');
  });

  it('takes an IPv4-mapped peer as the IPv4 address that it is', () => {
    expect(ask({ 'x-forwarded-for': '::ffff:1.2.3.4' }, '::ffff:10.0.0.1')).toBe('1.2.3.4');
    expect(clientAddress({ remoteAddress: undefined, headers: {}, trusted })).toBeUndefined();
  });
});

describe('forwardedOrigin', () => {
  it('tells scheme and host from a trusted peer only', () => {
    const headers = { 'x-forwarded-proto': 'http, HTTPS', 'x-forwarded-host': 'media.example:8443' };
    expect(forwardedOrigin({ remoteAddress: '10.0.0.1', headers, trusted })).toEqual({
      protocol: 'https',
      host: 'media.example:8443',
    });
    expect(forwardedOrigin({ remoteAddress: '9.9.9.9', headers, trusted })).toEqual({
      protocol: undefined,
      host: undefined,
    });
  });

  it('leaves out what is malformed', () => {
    const headers = { forwarded: 'proto=gopher;host="evil/path"' };
    expect(forwardedOrigin({ remoteAddress: '10.0.0.1', headers, trusted })).toEqual({
      protocol: undefined,
      host: undefined,
    });
  });
});
