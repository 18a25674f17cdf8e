import { constantTimeEqual, isLoopbackAddress, isLoopbackHost } from '@forebay/guard';
import { describe, expect, it } from 'vitest';

describe('isLoopbackHost', () => {
  it.each([
    'localhost',
    'localhost:3000',
    'LOCALHOST.',
    'a.localhost:1',
    '127.0.0.1',
    '127.8.8.8:80',
    '[::1]',
    '[::1]:3000',
  ])('takes %s', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    '',
    'example.org',
    'localhost.evil.org',
    '127.0.0.1.evil.org',
    '10.0.0.1',
    '[::2]',
    '::1',
    'localhost@evil.org',
    'evil.org/localhost',
    'localhost, evil.org',
    'localhost:3000:80',
    'localhost evil',
  ])('refuses "%s"', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });

  it('refuses a missing header', () => {
    expect(isLoopbackHost(undefined)).toBe(false);
  });
});

describe('isLoopbackAddress', () => {
  it('knows this machine in every form', () => {
    expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].every(isLoopbackAddress)).toBe(true);
    expect([undefined, '10.0.0.1', '::ffff:10.0.0.1', 'localhost'].some(isLoopbackAddress)).toBe(false);
  });
});

describe('constantTimeEqual', () => {
  it('compares text and bytes of any length', () => {
    expect(constantTimeEqual('secret', Buffer.from('secret'))).toBe(true);
    expect(constantTimeEqual('secret', 'secret ')).toBe(false);
    expect(constantTimeEqual('', 'a')).toBe(false);
  });
});
