import { SignedImageError } from '../errors.js';

/** What a URL is signed for. Times in milliseconds. */
export interface PresignRequest {
  /** @default 'GET' */
  readonly method?: 'GET' | 'HEAD';
  /** How long the URL is to work; stores count in whole seconds. */
  readonly lifetime: number;
  /** Now, in ms since the epoch. */
  readonly now: number;
}

export interface Presigned {
  readonly url: string;
  /** When the URL stops working, in ms since the epoch: the earlier of the signature's end and the credentials'. */
  readonly expiresAt: number;
}

/** Signs the URL of one image; at once where it can. */
export type Presign = (key: string, request: PresignRequest) => Presigned | Promise<Presigned>;

/** One that says where its URLs lead. */
export type Presigner = Presign & {
  /** Scheme and host that every URL begins with. */
  readonly origin: string;
  /** All that URLs begin with before the key: another bucket's begin otherwise. */
  readonly base: string;
};

export interface StoreCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
  /** When they end, in ms since the epoch: URLs that they sign end with them. @default never */
  readonly expiresAt?: number;
}

/** Credentials, or what has them: asked for every URL, it should keep them itself. */
export type CredentialsSource = StoreCredentials | (() => StoreCredentials | Promise<StoreCredentials>);

/** Response headers that the URL has the store answer with. */
export interface ResponseOverrides {
  readonly 'response-cache-control'?: string;
  readonly 'response-content-disposition'?: string;
  readonly 'response-content-encoding'?: string;
  readonly 'response-content-language'?: string;
  readonly 'response-content-type'?: string;
  readonly 'response-expires'?: string;
}

/** Makes a presigner of what signs once it has credentials. */
export function presignerFor(
  { origin, base }: Pick<Presigner, 'origin' | 'base'>,
  source: CredentialsSource,
  sign: (key: string, request: PresignRequest, credentials: StoreCredentials) => Presigned,
): Presigner {
  if (typeof source !== 'function') {
    checkCredentials(source);
    const presign: Presign = (key, request) => sign(key, request, alive(source, request.now));
    return Object.assign(presign, { origin, base });
  }
  const presign: Presign = (key, request) => {
    const given = source();
    return given instanceof Promise
      ? given.then((credentials) => sign(key, request, alive(credentials, request.now)))
      : sign(key, request, alive(given, request.now));
  };
  return Object.assign(presign, { origin, base });
}

function checkCredentials({ accessKeyId, secretAccessKey }: StoreCredentials): void {
  if (accessKeyId === '') throw new TypeError('credentials.accessKeyId must not be empty');
  if (secretAccessKey === '') throw new TypeError('credentials.secretAccessKey must not be empty');
}

function alive(credentials: StoreCredentials, now: number): StoreCredentials {
  if (credentials.expiresAt === undefined || credentials.expiresAt > now) return credentials;
  throw new SignedImageError('FOREBAY_SIGNING_FAILED', 'the credentials of the store have expired');
}

/** The earlier of a signature's end and its credentials'. */
export const endOf = (signatureEnds: number, { expiresAt }: StoreCredentials): number =>
  expiresAt === undefined ? signatureEnds : Math.min(signatureEnds, expiresAt);

/** The overrides that are set, as sorted query parameters. */
export function overrideParameters(overrides: ResponseOverrides): readonly (readonly [string, string])[] {
  return Object.entries(overrides)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** @throws {TypeError} for what is no http or https URL, or has a query. */
export function endpointOf(name: string, value: string | URL): URL {
  const url = URL.canParse(String(value)) ? new URL(value) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.search === '' && url.username === '') return url;
  throw new TypeError(
    `${name} must be an http or https URL without user and query, not ${JSON.stringify(String(value))}`,
  );
}
