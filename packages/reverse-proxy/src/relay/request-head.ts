import { RelayError } from './errors.js';

const NAME = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const PATH = /^\/[\x21-\x7e]*$/;

/** What a request is made of; there is no body. */
export interface BodilessRequest {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * The bytes of a request without a body, as latin1.
 *
 * @throws {RelayError} `UND_ERR_INVALID_ARG` for what would not be one request.
 */
export function requestHead(host: string, { method, path, headers }: BodilessRequest): string {
  if (!PATH.test(path)) throw new RelayError('UND_ERR_INVALID_ARG', 'invalid request path');
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`;
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    if (value === undefined || name === 'host' || name === 'connection' || name === 'content-length') continue;
    if (!NAME.test(name)) throw new RelayError('UND_ERR_INVALID_ARG', 'invalid header key');
    for (const one of typeof value === 'string' ? [value] : value) {
      if (!VALUE.test(one)) throw new RelayError('UND_ERR_INVALID_ARG', `invalid ${name} header`);
      head += `${name}: ${one}\r\n`;
    }
  }
  return `${head}\r\n`;
}
