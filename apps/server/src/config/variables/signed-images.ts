import { url } from '../addresses.js';
import { boolean, duration, oneOf, text } from '../kinds.js';
import type { Table } from './table.js';

export interface SignedImageValues {
  readonly STORE_ENDPOINT: string | undefined;
  readonly STORE_REGION: string | undefined;
  readonly STORE_BUCKET: string | undefined;
  readonly STORE_ACCESS_KEY_ID: string | undefined;
  readonly STORE_SECRET_ACCESS_KEY: string | undefined;
  readonly STORE_PROVIDER: 's3' | 'cos';
  readonly STORE_PATH_STYLE: boolean | undefined;
  readonly SIGNED_URL_TTL: number;
  readonly SIGNED_URL_REFRESH_BEFORE: number;
}

/** The longest that S3's signatures live. */
const WEEK = 7 * 24 * 3_600_000;

export const signedImages: Table<SignedImageValues> = {
  STORE_ENDPOINT: {
    kind: url(),
    default: undefined,
    doc: 'Object store of signed images, without the bucket: https://s3.eu-central-1.amazonaws.com, http://minio:9000',
  },
  STORE_REGION: { kind: text('region'), default: undefined, doc: 'Its region; us-east-1 unless set, as S3 has it' },
  STORE_BUCKET: { kind: text('bucket'), default: undefined, doc: 'Its bucket' },
  STORE_ACCESS_KEY_ID: { kind: text('id'), default: undefined, secret: true, doc: 'Its key id' },
  STORE_SECRET_ACCESS_KEY: { kind: text('key'), default: undefined, secret: true, doc: 'Its secret key' },
  STORE_PROVIDER: {
    kind: oneOf('s3', 'cos'),
    default: 's3',
    doc: "s3 is any S3-compatible store, cos signs Tencent's own way",
  },
  STORE_PATH_STYLE: {
    kind: boolean(),
    default: undefined,
    defaultDoc: 'true, but for AWS and Tencent',
    doc: "Whether the bucket is in the path rather than in the host's name",
  },
  SIGNED_URL_TTL: {
    kind: duration('seconds', { min: 1000, max: WEEK }),
    default: '3600',
    doc: 'How long a signed URL lives, at most 7d',
  },
  SIGNED_URL_REFRESH_BEFORE: {
    kind: duration('seconds'),
    default: '900',
    doc: 'How long before its end it is signed anew; a quarter of its life if that is less',
  },
};
