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

type Value = string | readonly string[] | number | null | undefined;

function add(headers: RequestHeaders, name: string, value: Value): void {
  if (value === undefined || value === null || dropped.has(name)) return;
  const before = headers[name];
  const values = typeof value === 'object' ? [...value] : String(value);
  headers[name] = before === undefined ? values : [before, values].flat();
}

function forEachField(given: Dispatcher.DispatchOptions['headers'], visit: (name: string, value: Value) => void): void {
  if (given === null || given === undefined) return;
  if (Array.isArray(given)) {
    for (let index = 0; index < given.length; index += 2) visit(String(given[index]).toLowerCase(), given[index + 1]);
  } else if (Symbol.iterator in given) {
    for (const [name, value] of given) visit(name.toLowerCase(), value);
  } else {
    for (const name of Object.keys(given)) visit(name.toLowerCase(), given[name]);
  }
}

/** A request's headers by lower-case name, without what concerns only the connection it came on. */
export function requestHeaders(given: Dispatcher.DispatchOptions['headers']): RequestHeaders {
  const headers: RequestHeaders = {};
  let connection = '';
  forEachField(given, (name, value) => {
    if (name === 'connection') connection += `,${String(value)}`;
    else add(headers, name, value);
  });
  if (connection !== '') for (const token of connection.split(',')) delete headers[token.trim().toLowerCase()];
  return headers;
}
