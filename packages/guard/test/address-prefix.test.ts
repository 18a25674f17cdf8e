import { addressPrefix } from '@forebay/guard';
import { expect, it } from 'vitest';

it.each([
  ['192.0.2.77', '192.0.2.0/24'],
  ['::ffff:192.0.2.77', '192.0.2.0/24'],
  ['::ffff:c000:24d', '192.0.2.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::9%eth0', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is of the network %s', (address, network) => expect(addressPrefix(address)).toBe(network));

it.each(['', 'localhost', '192.0.2', '[::1]', '1.2.3.4:80'])('%j is of none', (text) =>
  expect(addressPrefix(text)).toBeUndefined(),
);
