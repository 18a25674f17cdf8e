import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import COS from 'cos-nodejs-sdk-v5';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  cosPresigner,
  s3Presigner,
  type Presign,
  type ResponseOverrides,
  type StoreCredentials,
} from '@forebay/image-proxy/signed-images';

const NOW = Date.UTC(2026, 2, 4, 5, 6, 7, 890);
const HOUR = 3_600_000;
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const temporary = { ...credentials, sessionToken: 'FwoGZXIvYXdzEHMaDE+/==' };
const KEYS = [
  'a.png',
  "posters/a b/c+d (1)!*'~.png",
  '图片/海报 🎬.jpg',
  'naïve/ÅngströmÅ.webp',
  '100%/50%25.png',
  '/leading//double/',
  'q?x=1&y=2#z',
  'back\\slash"<>^`{|}',
  'stats',
  '~a=b;c,d:e@f$g',
];

const signed = async (presign: Presign, key: string, method: 'GET' | 'HEAD' = 'GET', now = NOW): Promise<string> =>
  (await presign(key, { method, lifetime: HOUR, now })).url;

describe('s3Presigner', () => {
  const bySdk = async (
    key: string,
    how: {
      readonly endpoint: string;
      readonly pathStyle: boolean;
      readonly method?: 'GET' | 'HEAD';
      readonly with?: StoreCredentials;
      readonly response?: Record<string, unknown>;
    },
  ): Promise<string> => {
    const client = new S3Client({
      region: 'eu-central-1',
      endpoint: how.endpoint,
      forcePathStyle: how.pathStyle,
      credentials: how.with ?? credentials,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    const input = { Bucket: 'pictures', Key: key, ...how.response };
    const command = how.method === 'HEAD' ? new HeadObjectCommand(input) : new GetObjectCommand(input);
    return getSignedUrl(client, command, { signingDate: new Date(NOW), expiresIn: 3600 });
  };
  const places = [
    { endpoint: 'https://s3.eu-central-1.amazonaws.com', pathStyle: false },
    { endpoint: 'https://s3.eu-central-1.amazonaws.com', pathStyle: true },
    { endpoint: 'http://127.0.0.1:9000', pathStyle: true },
    { endpoint: 'https://store.example:8443/behind/a/path', pathStyle: true },
  ];
  const presigner = (
    place: (typeof places)[number],
    more: { with?: StoreCredentials; response?: ResponseOverrides } = {},
  ): Presign =>
    s3Presigner({
      ...place,
      region: 'eu-central-1',
      bucket: 'pictures',
      credentials: more.with ?? credentials,
      ...(more.response === undefined ? {} : { response: more.response }),
    });

  it.each(places)('signs as the AWS SDK does at $endpoint, path style $pathStyle', async (place) => {
    const presign = presigner(place);
    for (const key of KEYS) {
      expect(await signed(presign, key)).toBe(await bySdk(key, place));
      expect(await signed(presign, key, 'HEAD')).toBe(await bySdk(key, { ...place, method: 'HEAD' }));
    }
  });

  it('signs session tokens and response overrides as the AWS SDK does', async () => {
    const place = places[0]!;
    const presign = presigner(place, {
      with: temporary,
      response: {
        'response-content-type': 'image/png',
        'response-cache-control': 'private, max-age=60',
        'response-content-disposition': 'inline; filename="ä (1).png"',
      },
    });
    const response = {
      ResponseContentType: 'image/png',
      ResponseCacheControl: 'private, max-age=60',
      ResponseContentDisposition: 'inline; filename="ä (1).png"',
    };
    expect(await signed(presign, 'a b.png')).toBe(await bySdk('a b.png', { ...place, with: temporary, response }));
  });

  it('signs any key as the AWS SDK does', async () => {
    const place = places[2]!;
    const presign = presigner(place);
    // The SDK takes these segments out of the path, which is why they are no keys here.
    const keys = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter((key) => !/\p{Surrogate}/u.test(key) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(key));
    await fc.assert(
      fc.asyncProperty(keys, async (key) => {
        expect(await signed(presign, key)).toBe(await bySdk(key, place));
      }),
      { numRuns: 150 },
    );
  });

  it('keeps the signing key to its day and its secret', async () => {
    const place = places[0]!;
    const one = presigner(place);
    let current: StoreCredentials = credentials;
    const changing = s3Presigner({ ...place, region: 'eu-central-1', bucket: 'pictures', credentials: () => current });
    expect(await signed(changing, 'a')).toBe(await signed(one, 'a'));
    const nextDay = NOW + 24 * HOUR;
    expect(await signed(changing, 'a', 'GET', nextDay)).toBe(await signed(presigner(place), 'a', 'GET', nextDay));
    current = { ...credentials, secretAccessKey: 'another' };
    expect(await signed(changing, 'a', 'GET', nextDay)).not.toBe(await signed(one, 'a', 'GET', nextDay));
  });

  it('says when the URL ends: with the signature or, earlier, with the credentials', async () => {
    const second = Math.floor(NOW / 1000) * 1000;
    const ends = async (expiresAt: number): Promise<number> =>
      (await presigner(places[0]!, { with: { ...temporary, expiresAt } })('a', { lifetime: HOUR, now: NOW })).expiresAt;
    expect(await ends(NOW + 2 * HOUR)).toBe(second + HOUR);
    expect(await ends(NOW + 5000)).toBe(NOW + 5000);
    await expect(ends(NOW)).rejects.toMatchObject({ code: 'FOREBAY_SIGNING_FAILED', retryable: true });
  });

  it('refuses options that cannot work, and names them', () => {
    const make = (options: object) => () => s3Presigner({ ...places[0]!, bucket: 'b', credentials, ...options });
    expect(make({ endpoint: 'ftp://a' })).toThrow(/endpoint .*ftp/);
    expect(make({ bucket: 'a/b' })).toThrow(/bucket .*a\/b/);
    expect(make({ credentials: { ...credentials, secretAccessKey: '' } })).toThrow(/secretAccessKey/);
  });
});

describe('cosPresigner', () => {
  // The SDK reads the time from the system.
  beforeEach(() => void vi.useFakeTimers({ now: NOW, toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  const bySdk = (
    key: string,
    how: {
      readonly method?: 'GET' | 'HEAD';
      readonly with?: StoreCredentials;
      readonly query?: Record<string, string>;
    } = {},
  ): Promise<string> => {
    const { accessKeyId, secretAccessKey, sessionToken }: StoreCredentials = how.with ?? credentials;
    const cos = new COS({
      SecretId: accessKeyId,
      SecretKey: secretAccessKey,
      // A slash at the beginning of a key is a part of it.
      UseRawKey: true,
      ...(sessionToken === undefined ? {} : { SecurityToken: sessionToken }),
    });
    return new Promise((resolve, reject) => {
      cos.getObjectUrl(
        {
          Bucket: 'pictures-1250000000',
          Region: 'ap-guangzhou',
          Key: key,
          Sign: true,
          Expires: 3600,
          // Its types forget HEAD.
          Method: (how.method ?? 'GET') as 'GET',
          Query: how.query ?? {},
        },
        (error, data) => (error ? reject(new Error(error.message)) : resolve(data.Url)),
      );
    });
  };
  const presigner = (more: { with?: StoreCredentials; response?: ResponseOverrides } = {}): Presign =>
    cosPresigner({
      bucket: 'pictures-1250000000',
      region: 'ap-guangzhou',
      credentials: more.with ?? credentials,
      ...(more.response === undefined ? {} : { response: more.response }),
    });

  it("signs as Tencent's SDK does", async () => {
    const presign = presigner();
    for (const key of KEYS) {
      expect(await signed(presign, key)).toBe(await bySdk(key));
      expect(await signed(presign, key, 'HEAD')).toBe(await bySdk(key, { method: 'HEAD' }));
    }
  });

  it("signs tokens and response overrides as Tencent's SDK does", async () => {
    const token = { ...credentials, sessionToken: 'a-token_of.letters' };
    const response = { 'response-content-type': 'image/png', 'response-cache-control': 'private, max-age=60' };
    expect(await signed(presigner({ with: token, response }), 'a b.png')).toBe(
      await bySdk('a b.png', { with: token, query: response }),
    );
  });

  it("signs any key as Tencent's SDK does", async () => {
    const presign = presigner();
    const keys = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
      .filter((key) => !/\p{Surrogate}/u.test(key));
    await fc.assert(
      fc.asyncProperty(keys, async (key) => {
        expect(await signed(presign, key)).toBe(await bySdk(key));
      }),
      { numRuns: 150 },
    );
  });

  it('says when the URL ends', async () => {
    const ends = (await presigner()('a', { lifetime: HOUR, now: NOW })).expiresAt;
    expect(ends).toBe(Math.round(NOW / 1000) * 1000 - 1000 + HOUR);
  });
});
