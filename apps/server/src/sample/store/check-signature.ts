import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { decodePart, encodePart } from './percent-encoding.js';
import { denied, type StoreError } from './store-error.js';

/** Whose signatures the store takes. */
export interface StoreAccount {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export interface SignedRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

const NEEDED = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
] as const;
type Needed = Record<(typeof NEEDED)[number], string>;

const MAX_EXPIRES_SECONDS = 604_800;
/** How far the signer's clock may be ahead. */
const SKEW_MS = 15 * 60_000;

const unreadable = (what: string): StoreError => denied('AuthorizationQueryParametersError', what);

/**
 * Checks a request that is signed in its query (AWS, "Authenticating Requests: Using Query Parameters (Signature Version
 * 4)"), from what arrived alone. It shares no code with those who sign, so that one mistake is not made twice. Undefined:
 * the request is right.
 */
export function checkSignature(request: SignedRequest, account: StoreAccount, now: number): StoreError | undefined {
  const parameters = readQuery(request.target);
  if (parameters === undefined) return unreadable('The query cannot be read');
  const given = needed(parameters);
  if (given === undefined) return denied('AccessDenied', 'Access Denied');
  if (given['X-Amz-Algorithm'] !== 'AWS4-HMAC-SHA256') return unreadable('X-Amz-Algorithm must be AWS4-HMAC-SHA256');

  const [accessKeyId, day, region, service, terminator, ...more] = given['X-Amz-Credential'].split('/');
  if (accessKeyId !== account.accessKeyId)
    return denied('InvalidAccessKeyId', 'The access key id does not exist in our records.');
  if (region !== account.region || service !== 's3' || terminator !== 'aws4_request' || more.length > 0)
    return unreadable('X-Amz-Credential must be of this region and of s3');

  const date = given['X-Amz-Date'];
  const signedAt = readDate(date);
  const expires = Number(given['X-Amz-Expires']);
  if (signedAt === undefined || date.slice(0, 8) !== day)
    return unreadable('X-Amz-Date must be a date, and that of X-Amz-Credential');
  if (!/^\d+$/.test(given['X-Amz-Expires']) || expires < 1 || expires > MAX_EXPIRES_SECONDS)
    return unreadable('X-Amz-Expires must be a number of seconds from 1 to 604800');

  const path = decodePart(request.target.split('?', 1)[0] ?? '');
  if (path === undefined) return unreadable('The path cannot be read');
  const scope = [day, region, service, terminator].join('/');
  const canonical = canonicalRequest(request, path, parameters, given['X-Amz-SignedHeaders']);
  if (canonical === undefined) return unreadable('X-Amz-SignedHeaders must name the host, and headers that were sent');
  const toSign = ['AWS4-HMAC-SHA256', date, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  let key = Buffer.from(`AWS4${account.secretAccessKey}`);
  for (const part of [day, region, service, terminator, toSign])
    key = createHmac('sha256', key)
      .update(part ?? '')
      .digest();
  const signature = Buffer.from(given['X-Amz-Signature'], 'hex');
  if (signature.length !== key.length || !timingSafeEqual(signature, key))
    return denied(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    );

  if (signedAt > now + SKEW_MS) return denied('AccessDenied', 'Request is not valid yet');
  if (now >= signedAt + expires * 1000) return denied('AccessDenied', 'Request has expired');
  return undefined;
}

type Parameters = readonly (readonly [name: string, value: string])[];

function readQuery(target: string): Parameters | undefined {
  const mark = target.indexOf('?');
  if (mark < 0) return [];
  const pairs = target
    .slice(mark + 1)
    .split('&')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [decodePart(name), decodePart(value.join('='))] as const;
    });
  if (pairs.some(([name, value]) => name === undefined || value === undefined)) return undefined;
  return pairs.map(([name, value]) => [String(name), String(value)]);
}

/** All that a signature needs, once each. */
function needed(parameters: Parameters): Needed | undefined {
  const found = NEEDED.map((name) => parameters.filter(([given]) => given === name).map(([, value]) => value));
  if (found.some((values) => values.length !== 1)) return undefined;
  return Object.fromEntries(NEEDED.map((name, index) => [name, found[index]?.[0] ?? ''])) as Needed;
}

function canonicalRequest(
  { method, headers }: SignedRequest,
  path: Buffer,
  parameters: Parameters,
  signedHeaders: string,
): string | undefined {
  const names = signedHeaders.split(';');
  const values = names.map((name) => headers[name]);
  if (!names.includes('host') || values.some((value) => typeof value !== 'string')) return undefined;
  const encode = (text: string): string => encodePart(Buffer.from(text), false);
  const query = parameters
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return [
    method,
    encodePart(path, true),
    query.join('&'),
    ...names.map((name, index) => `${name}:${String(values[index]).trim()}`),
    '',
    signedHeaders,
    'UNSIGNED-PAYLOAD',
  ].join('\n');
}

function readDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
