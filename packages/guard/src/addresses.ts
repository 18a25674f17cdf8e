import { type Ip, pair, parseIp, startsWith } from './ip.js';

/**
 * What kind of network an address belongs to, after IANA's special-purpose registries (RFC 6890) and the metadata
 * services of the large clouds. `invalid` is text that is no IP address.
 */
export type AddressClass =
  | 'public'
  | 'private'
  | 'loopback'
  | 'link-local'
  | 'metadata'
  | 'unique-local'
  | 'shared'
  | 'multicast'
  | 'unspecified'
  | 'reserved'
  | 'invalid';

const CLOUD_METADATA_V4: readonly number[] = [
  0xa9_fe_a9_fe, // 169.254.169.254: AWS, Google, Azure, and most others
  0xa9_fe_aa_02, // 169.254.170.2: AWS ECS
  0x64_64_64_c8, // 100.100.100.200: Alibaba
  0xc0_00_00_c0, // 192.0.0.192: Oracle
  0xa8_3f_81_10, // 168.63.129.16: Azure's host agent, a public-looking address
];

/** Base, prefix length, class; the first that matches wins. */
const IPV4: readonly (readonly [base: number, bits: number, kind: AddressClass])[] = [
  [0x00_00_00_00, 8, 'unspecified'], // RFC 791 § 3.2, and 0.0.0.0 reaches loopback on Linux
  [0x0a_00_00_00, 8, 'private'],
  [0x64_40_00_00, 10, 'shared'], // carrier-grade NAT, RFC 6598
  [0x7f_00_00_00, 8, 'loopback'],
  [0xa9_fe_00_00, 16, 'link-local'],
  [0xac_10_00_00, 12, 'private'],
  [0xc0_00_00_00, 24, 'reserved'], // IETF protocol assignments
  [0xc0_00_02_00, 24, 'reserved'], // documentation
  [0xc0_58_63_00, 24, 'reserved'], // 6to4 relay anycast
  [0xc0_a8_00_00, 16, 'private'],
  [0xc6_12_00_00, 15, 'reserved'], // benchmarking
  [0xc6_33_64_00, 24, 'reserved'], // documentation
  [0xcb_00_71_00, 24, 'reserved'], // documentation
  [0xe0_00_00_00, 4, 'multicast'],
  [0xf0_00_00_00, 4, 'reserved'],
];

const classifyIpv4 = (value: number): AddressClass => {
  if (CLOUD_METADATA_V4.includes(value)) return 'metadata';
  for (const [base, bits, kind] of IPV4) {
    const size = 2 ** (32 - bits);
    if (Math.floor(value / size) === base / size) return kind;
  }
  return 'public';
};

/** An embedded address decides, but one that is public does not make a deprecated tunnel public. */
const tunnelled = (value: number): AddressClass => {
  const kind = classifyIpv4(value);
  return kind === 'public' ? 'reserved' : kind;
};

const classifyIpv6 = (groups: readonly number[]): AddressClass => {
  const [first = 0, second = 0] = groups;
  const low = pair(groups, 6);
  if (startsWith(groups, [0, 0, 0, 0, 0, 0])) {
    if (low === 0) return 'unspecified';
    return low === 1 ? 'loopback' : tunnelled(low); // IPv4-compatible, RFC 4291 § 2.5.5.1
  }
  if (startsWith(groups, [0, 0, 0, 0, 0, 0xff_ff])) return classifyIpv4(low); // IPv4-mapped
  if (startsWith(groups, [0, 0, 0, 0, 0xff_ff, 0])) return tunnelled(low); // IPv4-translated, RFC 2765
  if (startsWith(groups, [0x64, 0xff_9b, 0, 0, 0, 0])) return classifyIpv4(low); // NAT64, RFC 6052
  if (startsWith(groups, [0x64, 0xff_9b, 1])) return 'reserved'; // local-use NAT64, RFC 8215
  if (startsWith(groups, [0xfd_00, 0xec_2, 0, 0, 0, 0, 0, 0x2_54])) return 'metadata'; // AWS
  if (startsWith(groups, [0xfd_20, 0xce, 0, 0, 0, 0, 0, 0x2_54])) return 'metadata'; // Google
  if ((first & 0xfe_00) === 0xfc_00) return 'unique-local';
  if ((first & 0xff_c0) === 0xfe_80) return 'link-local';
  if ((first & 0xff_c0) === 0xfe_c0) return 'private'; // site-local, RFC 3879
  if ((first & 0xff_00) === 0xff_00) return 'multicast';
  if ((first & 0xe0_00) !== 0x20_00) return 'reserved'; // all that is not global unicast: 100::/64, 5f00::/16 …
  if (first === 0x20_02) return tunnelled(pair(groups, 1)); // 6to4, RFC 3056
  if (first === 0x20_01 && second === 0) {
    const kind = tunnelled(~low >>> 0); // Teredo's client address is inverted, RFC 4380 § 4
    return kind === 'reserved' ? tunnelled(pair(groups, 2)) : kind;
  }
  if (first === 0x20_01 && (second & 0xfe_00) === 0) return 'reserved'; // IETF protocol assignments
  if (first === 0x20_01 && second === 0xd_b8) return 'reserved'; // documentation
  if (first === 0x3f_ff && second < 0x10_00) return 'reserved'; // documentation, RFC 9637
  const isatap = (groups[4] === 0 || groups[4] === 0x2_00) && groups[5] === 0x5e_fe; // RFC 5214 § 6.1
  return isatap ? classifyIpv4(low) : 'public';
};

const classifyIp = (ip: Ip): AddressClass => (ip.family === 4 ? classifyIpv4(ip.value) : classifyIpv6(ip.groups));

/** The class of an IP address in any spelling that `node:net` accepts; IPv4 inside IPv6 is judged as the IPv4 it is. */
export const classifyAddress = (address: string): AddressClass => {
  const ip = parseIp(address);
  return ip === undefined ? 'invalid' : classifyIp(ip);
};

/** `[::1]`, `LOCALHOST.` → `::1`, `localhost`. */
export const plainHost = (host: string): string => {
  const lower = host.toLowerCase();
  if (lower.startsWith('[') && lower.endsWith(']')) return lower.slice(1, -1);
  return lower.endsWith('.') ? lower.slice(0, -1) : lower;
};

/**
 * The class of a host as a URL names it: an address (bracketed or not), or one of the names that RFC 6761 § 6.3
 * reserves for loopback. Undefined for any other name, which only a look-up can judge.
 */
export const classifyHost = (host: string): AddressClass | undefined => {
  const plain = plainHost(host);
  if (plain === 'localhost' || plain.endsWith('.localhost')) return 'loopback';
  const kind = classifyAddress(plain);
  return kind === 'invalid' ? undefined : kind;
};
