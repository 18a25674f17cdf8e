import { parseIp, plainAddress } from './ip.js';

/**
 * The network that a client's address is bound to when its last bits may change: `192.0.2.0/24`, `2001:db8:1:2::/64`.
 * An IPv4-mapped IPv6 address is the IPv4 address that it is. One spelling a network, so that two addresses are in the
 * same one exactly if the texts are equal; undefined for text that is no address.
 */
export const addressPrefix = (address: string): string | undefined => {
  const plain = plainAddress(address);
  const ip = plain === undefined ? undefined : parseIp(plain);
  if (plain === undefined || ip === undefined) return undefined;
  if (ip.family === 4) return `${plain.slice(0, plain.lastIndexOf('.'))}.0/24`;
  const groups = ip.groups.slice(0, 4).map((group) => group.toString(16));
  return `${groups.join(':')}::/64`;
};
