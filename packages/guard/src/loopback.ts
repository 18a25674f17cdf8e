import { classifyAddress, classifyHost } from './addresses.js';

/** Whether a socket's peer address is this machine itself (`127.0.0.0/8`, `::1`, and IPv4 in IPv6). */
export const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && classifyAddress(address) === 'loopback';

const HOST_HEADER = /^(\[[\da-f:.]+\]|[^:[\]/?#@\s]+)(?::\d{1,5})?$/i;

/**
 * Whether a `Host` header names loopback (`localhost`, `a.localhost`, `127.0.0.1`, `[::1]`, each with or without a
 * port). A page on a rebound name reaches a loopback server with its own name in `Host`: this is what tells the two apart.
 */
export const isLoopbackHost = (hostHeader: string | undefined): boolean => {
  const host = hostHeader === undefined ? undefined : HOST_HEADER.exec(hostHeader)?.[1];
  return host !== undefined && classifyHost(host) === 'loopback';
};
