import { isIPv4, isIPv6 } from 'node:net';

/** An address as numbers: an IPv4 address as an unsigned 32-bit integer, an IPv6 address as eight 16-bit groups. */
export type Ip =
  | { readonly family: 4; readonly value: number }
  | { readonly family: 6; readonly groups: readonly number[] };

/** The 32 bits of a dotted IPv4 address that `isIPv4` has accepted. */
const dotted = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

const hexGroups = (text: string): number[] => {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const value = dotted(part);
    return [Math.floor(value / 65_536), value % 65_536];
  });
};

/** Reads an address, without its zone (`%eth0`) and without brackets; undefined for anything else. */
export const parseIp = (text: string): Ip | undefined => {
  if (isIPv4(text)) return { family: 4, value: dotted(text) };
  if (!isIPv6(text)) return undefined;
  const [address = ''] = text.split('%');
  const [head = '', tail] = address.split('::');
  const left = hexGroups(head);
  if (tail === undefined) return { family: 6, groups: left };
  const right = hexGroups(tail);
  const gap = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return { family: 6, groups: [...left, ...gap, ...right] };
};

/** The dotted form of 32 bits. */
const formatIpv4 = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** Two groups of an IPv6 address as the IPv4 address that they spell. */
export const pair = (groups: readonly number[], at: number): number =>
  (groups[at] ?? 0) * 65_536 + (groups[at + 1] ?? 0);

/** Whether these groups begin with the given ones. */
export const startsWith = (groups: readonly number[], prefix: readonly number[]): boolean =>
  prefix.every((group, index) => groups[index] === group);

/**
 * One spelling an address: an IPv4-mapped IPv6 address (RFC 4291 § 2.5.5.2) becomes the IPv4 address that it is,
 * a zone is dropped; undefined if the text is no address.
 */
export const plainAddress = (text: string): string | undefined => {
  const ip = parseIp(text);
  if (ip === undefined) return undefined;
  if (ip.family === 6 && startsWith(ip.groups, [0, 0, 0, 0, 0, 0xff_ff])) return formatIpv4(pair(ip.groups, 6));
  return text.split('%')[0];
};
