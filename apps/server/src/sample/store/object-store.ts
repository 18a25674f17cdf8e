import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { readRange } from '../byte-range.js';
import type { Gallery, Picture } from '../gallery.js';
import { checkSignature, type StoreAccount } from './check-signature.js';
import { objects } from './objects.js';
import { decodePart } from './percent-encoding.js';
import { errorBody, noSuchKey, type StoreError } from './store-error.js';

export interface ObjectStoreOptions {
  readonly bucket: string;
  readonly account: StoreAccount;
  readonly gallery: Gallery;
  /** @default Date.now */
  readonly now?: () => number;
  /** Hears of each request and how it was answered. */
  readonly onAnswer?: (method: string, target: string, status: number) => void;
}

const LAST_MODIFIED = 'Mon, 06 Jan 2025 08:00:00 GMT';
const OVERRIDES = ['cache-control', 'content-disposition', 'content-language', 'content-type', 'expires'];

/**
 * A strict object store in the manner of S3, path style: it serves `GET` and `HEAD` of its objects to requests whose
 * signature is right and has not expired, and refuses all others as S3 does.
 */
export function createObjectStore(options: ObjectStoreOptions): RequestListener {
  const { bucket, account, gallery, now = Date.now, onAnswer } = options;
  const prefix = `/${bucket}/`;

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url: target = '/', headers } = request;
    const error = checkSignature({ method, target, headers }, account, now());
    if (error !== undefined) return refuse(request, response, error);
    if (method !== 'GET' && method !== 'HEAD')
      return refuse(request, response, { status: 405, code: 'MethodNotAllowed', message: 'Not allowed here.' });
    const path = decodePart(target.split('?', 1)[0] ?? '')?.toString() ?? '';
    const picture = path.startsWith(prefix) ? objects.get(path.slice(prefix.length)) : undefined;
    if (picture === undefined) return refuse(request, response, noSuchKey);
    send(request, response, await gallery.show(picture));
  };

  return (request, response) => {
    response.once('finish', () => onAnswer?.(request.method ?? '', request.url ?? '', response.statusCode));
    serve(request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  };
}

function send(request: IncomingMessage, response: ServerResponse, { bytes, etag }: Picture): void {
  const headers = {
    'content-type': 'image/png',
    etag,
    'last-modified': LAST_MODIFIED,
    'accept-ranges': 'bytes',
    ...overrides(request),
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const part = readRange(request, etag, bytes.length);
  if (part === 'unsatisfiable') {
    refuse(request, response, { status: 416, code: 'InvalidRange', message: 'The range is not satisfiable.' });
    return;
  }
  const body = part === undefined ? bytes : bytes.subarray(part.start, part.end + 1);
  const range = part === undefined ? {} : { 'content-range': `bytes ${part.start}-${part.end}/${bytes.length}` };
  response.writeHead(part === undefined ? 200 : 206, { ...headers, ...range, 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Headers that the query asks for; it is signed, so whoever signed it wants them. */
function overrides(request: IncomingMessage): Record<string, string> {
  const { searchParams } = new URL(request.url ?? '/', 'http://store');
  return Object.fromEntries(
    OVERRIDES.flatMap((name) => {
      const value = searchParams.get(`response-${name}`);
      return value === null || /[^\u0020-\u007e]/.test(value) ? [] : [[name, value]];
    }),
  );
}

function refuse(request: IncomingMessage, response: ServerResponse, error: StoreError): void {
  const body = errorBody(error);
  response.writeHead(error.status, { 'Content-Type': 'application/xml', 'Content-Length': Buffer.byteLength(body) });
  response.end(request.method === 'HEAD' ? undefined : body);
}
