import type { Dispatcher } from 'undici';

export type RequestHeaders = Record<string, string | string[]>;

/** Fields about one connection only (RFC 9110 § 7.6.1), and those that the client library makes itself. */
const dropped: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

type Pair = readonly [name: string, value: string | readonly string[] | number | null | undefined];

function pairs(headers: Dispatcher.DispatchOptions['headers']): Iterable<Pair> {
  if (headers === null || headers === undefined) return [];
  if (Array.isArray(headers)) {
    return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1]] as const] : []));
  }
  return Symbol.iterator in headers ? headers : Object.entries(headers);
}

/** A request's headers by lower-case name, without what concerns only the connection it came on. */
export function requestHeaders(given: Dispatcher.DispatchOptions['headers']): RequestHeaders {
  const headers: RequestHeaders = {};
  let named = '';
  for (const [rawName, value] of pairs(given)) {
    if (value === undefined || value === null) continue;
    const name = rawName.toLowerCase();
    if (name === 'connection') named += `,${String(value)}`;
    if (dropped.has(name)) continue;
    const before = headers[name];
    const values = typeof value === 'object' ? [...value] : [String(value)];
    if (before === undefined) headers[name] = values.length === 1 ? (values[0] ?? '') : values;
    else headers[name] = [...(typeof before === 'string' ? [before] : before), ...values];
  }
  for (const token of named.split(',')) delete headers[token.trim().toLowerCase()];
  return headers;
}
