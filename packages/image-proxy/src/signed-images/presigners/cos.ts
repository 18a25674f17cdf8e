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

export interface CosPresignerOptions {
  /** With the number of the account: `pictures-1250000000`. */
  readonly bucket: string;
  /** Such as `ap-guangzhou`. */
  readonly region: string;
  /** Where the bucket answers. @default `https://{bucket}.cos.{region}.myqcloud.com` */
  readonly endpoint?: string | URL;
  readonly credentials: CredentialsSource;
  /** Response headers for every URL. @default none */
  readonly response?: ResponseOverrides;
}

/**
 * Signs URLs for Tencent Cloud COS in its own way (Tencent Cloud, "Request Signature", `q-sign-algorithm=sha1`), the host
 * and the response overrides signed along; byte for byte what `cos-nodejs-sdk-v5`
 * makes with `UseRawKey`.
 *
 * @throws {TypeError} when an option is wrong; the message names it.
 */
export function cosPresigner(options: CosPresignerOptions): Presigner {
  const { bucket, region } = options;
  if (!/^[a-z0-9-]+-\d+$/.test(bucket))
    throw new TypeError(`bucket must be a name and the account's number, not ${JSON.stringify(bucket)}`);
  if (!/^[a-z0-9-]+$/.test(region))
    throw new TypeError(`region must be a region's name, not ${JSON.stringify(region)}`);
  const endpoint = endpointOf('endpoint', options.endpoint ?? `https://${bucket}.cos.${region}.myqcloud.com`);
  if (endpoint.pathname !== '/') throw new TypeError(`endpoint must have no path, not ${endpoint.pathname}`);
  const { origin, host } = endpoint;
  const overrides = overrideParameters(options.response ?? {});
  const names = overrides.map(([name]) => name).join(';');
  const parameters = overrides.map(([name, value]) => `${name}=${uriEncode(value)}`).join('&');
  const afterPath = `\n${parameters}\nhost=${uriEncode(host)}\n`;
  const tail = parameters === '' ? '' : `&${parameters}`;
  const signKeyOf = signKeys();

  return presignerFor({ origin, base: `${origin}/` }, options.credentials, (key, request, credentials) => {
    const { time, ends } = timeOf(request);
    // Unlike in S3's scheme it is the path before any encoding that is signed.
    const format = `${request.method === 'HEAD' ? 'head' : 'get'}\n/${key}${afterPath}`;
    const signature = createHmac('sha1', signKeyOf(credentials, time))
      .update(`sha1\n${time}\n${hash('sha1', format, 'hex')}\n`)
      .digest('hex');
    const token =
      credentials.sessionToken === undefined ? '' : `&x-cos-security-token=${uriEncode(credentials.sessionToken)}`;
    const query = `q-sign-algorithm=sha1&q-ak=${credentials.accessKeyId}&q-sign-time=${time}&q-key-time=${time}&q-header-list=host&q-url-param-list=${encodeURIComponent(names).toLowerCase()}&q-signature=${signature}`;
    return {
      url: `${origin}/${uriEncodePath(key)}?${query}${token}${tail}`,
      expiresAt: endOf(ends, credentials),
    };
  });
}

/** Begins a second early, as the SDK has it, for clocks that are a little behind. */
function timeOf({ now, lifetime }: PresignRequest): { readonly time: string; readonly ends: number } {
  const begins = Math.round(now / 1000) - 1;
  const end = begins + Math.max(1, Math.floor(lifetime / 1000));
  return { time: `${begins};${end}`, ends: end * 1000 };
}

/** One second's URLs share the key that they are signed with. */
function signKeys(): (credentials: StoreCredentials, time: string) => string {
  let last = { secret: '', time: '', key: '' };
  return ({ secretAccessKey: secret }, time) => {
    if (last.secret !== secret || last.time !== time)
      last = { secret, time, key: createHmac('sha1', secret).update(time).digest('hex') };
    return last.key;
  };
}
