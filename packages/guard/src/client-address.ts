import type { AllowList } from './allow-list.js';
import { forwardedElements, listValues, type RequestHeaders } from './forwarded.js';
import { plainAddress } from './ip.js';

export interface ClientAddressOptions {
  /** The socket's peer. */
  readonly remoteAddress: string | undefined;
  /** The request's headers, names in lower case, as `node:http` gives them. */
  readonly headers: RequestHeaders;
  /** The proxies whose word is taken; none of the headers counts without it. */
  readonly trusted: AllowList | undefined;
}

/** `192.0.2.1:4711`, `"[2001:db8::1]:4711"` → the address; undefined for `unknown` and obfuscated names. */
const nodeAddress = (node: string): string | undefined => {
  const bracketed = /^\[([^\]]+)\](?::\w+)?$/.exec(node)?.[1];
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\w+$/.exec(node)?.[1];
  return plainAddress(bracketed ?? withPort ?? node);
};

/** Walks from our end: each trusted proxy's word names the hop before it, until one is not trusted. */
const rightmostUntrusted = (peer: string, hops: readonly string[], trusted: AllowList): string => {
  let address = peer;
  for (let index = hops.length - 1; index >= 0 && trusted.contains(address); index -= 1) {
    const hop = nodeAddress(hops[index] ?? '');
    if (hop === undefined) break;
    address = hop;
  }
  return address;
};

/**
 * The address of the client: the rightmost hop of `X-Forwarded-For` or `Forwarded` (RFC 7239) that is not a trusted
 * proxy, and the socket's peer if that is not one itself. Where the two headers contradict each other one of them was
 * the client's own, so neither is believed. An IPv4-mapped address comes back as IPv4. Undefined without a peer.
 */
export const clientAddress = ({ remoteAddress, headers, trusted }: ClientAddressOptions): string | undefined => {
  const peer = remoteAddress === undefined ? undefined : (plainAddress(remoteAddress) ?? remoteAddress);
  if (peer === undefined || trusted === undefined || !trusted.contains(peer)) return peer;
  const xff = listValues(headers['x-forwarded-for']);
  const forwarded = forwardedElements(headers['forwarded']).map((element) => element.get('for') ?? '');
  if (xff.length === 0) return rightmostUntrusted(peer, forwarded, trusted);
  const address = rightmostUntrusted(peer, xff, trusted);
  if (forwarded.length === 0) return address;
  return rightmostUntrusted(peer, forwarded, trusted) === address ? address : peer;
};
