import type { AllowList } from './allow-list.js';
import { plainAddress } from './ip.js';

/** Request headers by lower-case name, as `node:http` gives them. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

const text = (value: string | readonly string[] | undefined): string =>
  value === undefined || typeof value === 'string' ? (value ?? '') : value.join(',');

/** The members of a comma-separated header, trimmed, empty ones dropped. */
export const listValues = (value: string | readonly string[] | undefined): string[] =>
  text(value)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

const PAIR = /\s*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))\s*(;|,|$)/y;

/** The elements of a `Forwarded` header (RFC 7239 § 4), each a map of lower-case names; none if it is malformed. */
export const forwardedElements = (value: string | readonly string[] | undefined): ReadonlyMap<string, string>[] => {
  const source = text(value);
  const elements: Map<string, string>[] = [];
  let element = new Map<string, string>();
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < source.length) {
    const match = PAIR.exec(source);
    if (match === null) return [];
    const [, name = '', quoted, bare = '', end] = match;
    element.set(name.toLowerCase(), quoted?.replaceAll(/\\(.)/g, '$1') ?? bare);
    if (end !== ';') {
      elements.push(element);
      element = new Map();
    }
  }
  return elements;
};

export interface ForwardedOriginOptions {
  readonly remoteAddress: string | undefined;
  readonly headers: RequestHeaders;
  readonly trusted: AllowList | undefined;
}

export interface ForwardedOrigin {
  readonly protocol: 'http' | 'https' | undefined;
  readonly host: string | undefined;
}

const HOST = /^(?:\[[\da-f:.]+\]|[\da-z._-]+)(?::\d{1,5})?$/i;

/**
 * The scheme and host that the client used, as the nearest trusted proxy tells them (`X-Forwarded-Proto`,
 * `X-Forwarded-Host`, else `Forwarded`); nothing from a peer that is not trusted, and nothing malformed.
 */
export const forwardedOrigin = ({ remoteAddress, headers, trusted }: ForwardedOriginOptions): ForwardedOrigin => {
  const peer = remoteAddress === undefined ? undefined : plainAddress(remoteAddress);
  if (peer === undefined || trusted === undefined || !trusted.contains(peer)) {
    return { protocol: undefined, host: undefined };
  }
  const nearest = forwardedElements(headers['forwarded']).at(-1);
  const protocol = (listValues(headers['x-forwarded-proto']).at(-1) ?? nearest?.get('proto'))?.toLowerCase();
  const host = listValues(headers['x-forwarded-host']).at(-1) ?? nearest?.get('host');
  return {
    protocol: protocol === 'http' || protocol === 'https' ? protocol : undefined,
    host: host !== undefined && HOST.test(host) ? host : undefined,
  };
};
