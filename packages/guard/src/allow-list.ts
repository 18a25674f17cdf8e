import { BlockList } from 'node:net';
import { parseIp, plainAddress } from './ip.js';

/** A set of addresses and networks. */
export interface AllowList {
  /** The entries as given, without duplicates. */
  readonly entries: readonly string[];
  /** Whether the address is in one of the networks; false for text that is no address. */
  contains(address: string): boolean;
}

const MAPPED_BITS = 96;

/**
 * Makes a list of addresses (`192.0.2.7`) and networks in CIDR notation (`10.0.0.0/8`, `2001:db8::/32`).
 * An IPv4-mapped IPv6 address or network is the IPv4 one that it is, in entries and in questions.
 *
 * @throws {TypeError} if an entry is not a string
 * @throws {RangeError} naming the entry, if it is no address or CIDR
 */
export const createAllowList = (cidrs: Iterable<string>): AllowList => {
  const networks = new BlockList();
  const entries = new Set<string>();
  for (const entry of cidrs) {
    if (typeof entry !== 'string') throw new TypeError(`Allow list entry ${String(entry)} is not a string`);
    addEntry(networks, entry.trim(), entry);
    entries.add(entry.trim());
  }
  return {
    entries: [...entries],
    contains(address) {
      const plain = plainAddress(address);
      return plain !== undefined && networks.check(plain, plain.includes(':') ? 'ipv6' : 'ipv4');
    },
  };
};

const addEntry = (networks: BlockList, text: string, entry: string): void => {
  const refuse = (): never => {
    throw new RangeError(`Allow list entry "${entry}" is neither an IP address nor a network in CIDR notation`);
  };
  const [address = '', prefix, ...rest] = text.split('/');
  const ip = address.includes('%') ? undefined : parseIp(address);
  if (ip === undefined || rest.length > 0) return refuse();
  if (prefix !== undefined && !/^\d{1,3}$/.test(prefix)) return refuse();
  const width = ip.family === 4 ? 32 : 128;
  const bits = prefix === undefined ? width : Number(prefix);
  if (bits > width) return refuse();
  const plain = plainAddress(address);
  if (plain === undefined) return refuse();
  if (ip.family === 6 && !plain.includes(':')) {
    // A network wider than all mapped addresses spans IPv6 space that the entry can hardly mean.
    if (bits < MAPPED_BITS) return refuse();
    networks.addSubnet(plain, bits - MAPPED_BITS, 'ipv4');
    return;
  }
  networks.addSubnet(plain, bits, ip.family === 4 ? 'ipv4' : 'ipv6');
};
