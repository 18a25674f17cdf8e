import { createHmac, hash } from 'node:crypto';
import {
  endOf,
  endpointOf,
  overrideParameters,
  presignerFor,
  type CredentialsSource,
  type Presigner,
  type PresignRequest,
  type ResponseOverrides,
  type StoreCredentials,
} from './presigner.js';
import { uriEncode, uriEncodePath } from './uri-encode.js';

export interface S3PresignerOptions {
  /** The store without the bucket: `https://s3.eu-central-1.amazonaws.com`, `http://minio:9000`. A path before all keys is kept. */
  readonly endpoint: string | URL;
  /** @default 'us-east-1' */
  readonly region?: string;
  readonly bucket: string;
  readonly credentials: CredentialsSource;
  /** The bucket in the path rather than in the host's name, as stores of one's own usually want it. @default false */
  readonly pathStyle?: boolean;
  /** Response headers for every URL. @default none */
  readonly response?: ResponseOverrides;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** The longest that a presigned URL may live. */
const MAX_SECONDS = 604_800;

/**
 * Signs URLs for any S3-compatible store: Signature Version 4 in the query (AWS, "Authenticating Requests: Using Query
 * Parameters"), the payload unsigned, the host alone among the headers; byte for byte what AWS' own SDK
 * makes when it is told to use checksums only where they are required.
 *
 * @throws {TypeError} when an option is wrong; the message names it.
 */
export function s3Presigner(options: S3PresignerOptions): Presigner {
  const { region = 'us-east-1', bucket, pathStyle = false } = options;
  const endpoint = endpointOf('endpoint', options.endpoint);
  if (!/^[^/?#\s]+$/.test(bucket)) throw new TypeError(`bucket must be a name, not ${JSON.stringify(bucket)}`);
  if (region === '') throw new TypeError('region must not be empty');
  const host = pathStyle ? endpoint.host : `${bucket}.${endpoint.host}`;
  const base = endpoint.pathname.replace(/\/$/, '');
  const prefix = pathStyle ? `${base}/${uriEncode(bucket)}/` : `${base}/`;
  const origin = `${endpoint.protocol}//${host}`;
  const tails = tailsOf(options.response ?? {});
  const stamps = new Stamps(region);

  return presignerFor({ origin, base: origin + prefix }, options.credentials, (key, request, credentials) => {
    const { method = 'GET' } = request;
    const stamp = stamps.of(credentials, request);
    const path = prefix + uriEncodePath(key);
    const tail = tails[method];
    const canonical = `${method}\n${path}\n${stamp.query}${tail}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`;
    const signature = createHmac('sha256', stamp.signingKey)
      .update(stamp.toSign + hash('sha256', canonical, 'hex'))
      .digest('hex');
    return {
      url: `${origin}${path}?${stamp.query}&X-Amz-Signature=${signature}${tail}`,
      expiresAt: stamp.expiresAt,
    };
  });
}

/** What stands behind the signature: parameters are sorted by name, in the URL as in the canonical request. */
function tailsOf(overrides: ResponseOverrides): Readonly<Record<'GET' | 'HEAD', string>> {
  const response = overrideParameters(overrides).map(([name, value]) => `&${name}=${uriEncode(value)}`);
  const tail = `&X-Amz-SignedHeaders=host${response.join('')}`;
  // The SDK names the operation in a GET, and in a GET alone.
  return { GET: `${tail}&x-id=GetObject`, HEAD: tail };
}

/** All of a signature that does not depend on the key; one second's URLs share it. */
interface Stamp {
  readonly credentials: StoreCredentials;
  readonly second: number;
  readonly lifetime: number;
  readonly query: string;
  readonly toSign: string;
  readonly signingKey: Buffer;
  readonly expiresAt: number;
}

class Stamps {
  readonly #region: string;
  #stamp: Stamp | undefined;
  #signingKey: { readonly day: string; readonly secret: string; readonly key: Buffer } | undefined;

  constructor(region: string) {
    this.#region = region;
  }

  of(credentials: StoreCredentials, { now, lifetime }: PresignRequest): Stamp {
    const second = Math.floor(now / 1000);
    const last = this.#stamp;
    if (last?.second === second && last.lifetime === lifetime && last.credentials === credentials) return last;
    return (this.#stamp = this.#make(credentials, second, lifetime));
  }

  #make(credentials: StoreCredentials, second: number, lifetime: number): Stamp {
    const date = new Date(second * 1000).toISOString().replaceAll(/[-:]|\.000/g, '');
    const day = date.slice(0, 8);
    const seconds = Math.min(MAX_SECONDS, Math.max(1, Math.floor(lifetime / 1000)));
    const scope = `${day}/${this.#region}/s3/aws4_request`;
    const { accessKeyId, sessionToken } = credentials;
    const query = [
      `X-Amz-Algorithm=${ALGORITHM}`,
      'X-Amz-Content-Sha256=UNSIGNED-PAYLOAD',
      `X-Amz-Credential=${uriEncode(`${accessKeyId}/${scope}`)}`,
      `X-Amz-Date=${date}`,
      `X-Amz-Expires=${seconds}`,
      ...(sessionToken === undefined ? [] : [`X-Amz-Security-Token=${uriEncode(sessionToken)}`]),
    ].join('&');
    return {
      credentials,
      second,
      lifetime,
      query,
      toSign: `${ALGORITHM}\n${date}\n${scope}\n`,
      signingKey: this.#keyOf(credentials.secretAccessKey, day),
      expiresAt: endOf((second + seconds) * 1000, credentials),
    };
  }

  #keyOf(secret: string, day: string): Buffer {
    const last = this.#signingKey;
    if (last?.day === day && last.secret === secret) return last.key;
    const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
    const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), this.#region), 's3'), 'aws4_request');
    this.#signingKey = { day, secret, key };
    return key;
  }
}
