import { createAllowList } from '@forebay/guard';
import { describe, expect, it } from 'vitest';

describe('createAllowList', () => {
  const list = createAllowList(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::ffff:172.16.0.0/108']);

  it.each(['10.255.0.1', '192.0.2.7', '::ffff:10.1.1.1', '::ffff:a01:101', '2001:db8:1::2', '172.16.3.4'])(
    'contains %s',
    (address) => {
      expect(list.contains(address)).toBe(true);
    },
  );

  it.each(['11.0.0.1', '192.0.2.8', '2001:db9::1', '::ffff:11.0.0.1', 'example.org', ''])(
    'does not contain %s',
    (address) => {
      expect(list.contains(address)).toBe(false);
    },
  );

  it('takes /0 as everything of that family', () => {
    const all = createAllowList(['0.0.0.0/0']);
    expect([all.contains('8.8.8.8'), all.contains('::1')]).toEqual([true, false]);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    'example.org',
    '10.0.0.0/8/8',
    '::1/129',
    '10.0.0.0/',
    '::ffff:0:0/64',
    'fe80::1%lo',
  ])('refuses %s and names it', (entry) => {
    expect(() => createAllowList(['127.0.0.1', entry])).toThrow(`"${entry}"`);
  });
});
