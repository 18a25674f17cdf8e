import { RelayError } from './errors.js';

/** Lower-case names; what came more than once is a list. */
export type Fields = Record<string, string | string[]>;

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** 0 or 1, of HTTP/1. */
  readonly minorVersion: number;
  readonly headers: Fields;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
// Neither control characters nor a CR or LF of its own: such a value would split in two on its way to a client.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Reads the head of an answer (RFC 9112 sections 4 and 5), without the empty line that ends it. As strict as llhttp is:
 * lines end with CRLF, no blank stands before a colon, no line is folded.
 *
 * @throws {RelayError} for whatever is not exactly that.
 */
export function parseResponseHead(text: string): ResponseHead {
  const end = text.indexOf('\r\n');
  const line = end < 0 ? text : text.slice(0, end);
  const [, minor, status, reason = ''] = STATUS_LINE.exec(line) ?? [];
  if (minor === undefined) {
    if (!/^HTTP\/1\.[01] /.test(line)) throw new RelayError('HPE_INVALID_VERSION', 'The answer is not HTTP/1');
    throw new RelayError('HPE_INVALID_STATUS', 'The status line is malformed');
  }
  return {
    status: Number(status),
    reason,
    minorVersion: Number(minor),
    headers: end < 0 ? {} : parseFields(text, end + 2),
  };
}

/**
 * Reads field lines from a position on; also those of trailers.
 *
 * @throws {RelayError} for a malformed one.
 */
export function parseFields(text: string, from: number): Fields {
  const headers: Fields = {};
  let start = from;
  while (start < text.length) {
    const found = text.indexOf('\r\n', start);
    const end = found < 0 ? text.length : found;
    const colon = text.indexOf(':', start);
    const name = colon < 0 || colon > end ? '' : text.slice(start, colon);
    const value = trimmed(text, colon + 1, end);
    if (!NAME.test(name) || !VALUE.test(value))
      throw new RelayError('HPE_INVALID_HEADER_TOKEN', 'A field line is malformed');
    addField(headers, name.toLowerCase(), value);
    start = end + 2;
  }
  return headers;
}

/** Without the blanks around it; `trim` would take more than those of HTTP. */
function trimmed(text: string, start: number, end: number): string {
  let first = start;
  let last = end;
  while (first < last && isBlank(text.charCodeAt(first))) first += 1;
  while (last > first && isBlank(text.charCodeAt(last - 1))) last -= 1;
  return text.slice(first, last);
}

const isBlank = (code: number): boolean => code === 32 || code === 9;

function addField(headers: Fields, name: string, value: string): void {
  // `constructor` and `__proto__` are tokens, too, and no field of their own until one comes.
  const before = Object.hasOwn(headers, name) ? headers[name] : undefined;
  const now = before === undefined ? value : [before, value].flat();
  if (name === '__proto__')
    Object.defineProperty(headers, name, { value: now, enumerable: true, configurable: true, writable: true });
  else headers[name] = now;
}
