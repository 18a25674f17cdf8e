import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Presigner, type StoreCredentials } from '@forebay/image-proxy/signed-images';
import { Gallery } from '../../../src/sample/gallery.js';
import { createObjectStore, objects } from '../../../src/sample/store/index.js';

const account = { accessKeyId: 'AKIDSAMPLE', secretAccessKey: 'sample-secret', region: 'sample-1' };
const START = Date.UTC(2026, 4, 5, 6, 7, 8);
const MINUTE = 60_000;
let now = START;
let server: Server;
let endpoint = '';

beforeAll(async () => {
  const gallery = new Gallery(8 * 1024 * 1024);
  server = createServer(createObjectStore({ bucket: 'pictures', account, gallery, now: () => now }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const signed = async (
  key: string,
  more: { credentials?: StoreCredentials; method?: 'GET' | 'HEAD'; bucket?: string; region?: string } = {},
): Promise<string> => {
  const { credentials = account, bucket = 'pictures', region = account.region } = more;
  const presign = s3Presigner({ endpoint, region, bucket, credentials, pathStyle: true });
  return (await presign(key, { now: START, lifetime: 10 * MINUTE, method: more.method ?? 'GET' })).url;
};
const refusal = async (url: string, init?: RequestInit): Promise<string> => {
  const response = await fetch(url, init);
  const body = await response.text();
  return `${response.status} ${/<Code>(\w+)<\/Code>/.exec(body)?.[1] ?? body}`;
};

describe('the strict object store', () => {
  it('serves every key to a right signature, whatever the key looks like', async () => {
    const odd = [...objects.keys()].filter((key) => !key.startsWith('posters/') && !key.startsWith('films/'));
    expect(odd.length).toBeGreaterThan(5);
    for (const key of ['posters/1.png', ...odd]) {
      const response = await fetch(await signed(key));
      expect([key, response.status, response.headers.get('content-type')]).toEqual([key, 200, 'image/png']);
      await response.arrayBuffer();
    }
    expect(objects.size).toBeGreaterThan(300);
  });

  it('answers HEAD, ranges and validators', async () => {
    const head = await fetch(await signed('stats', { method: 'HEAD' }), { method: 'HEAD' });
    const length = Number(head.headers.get('content-length'));
    expect([head.status, length > 1000]).toEqual([200, true]);
    const url = await signed('stats');
    const part = await fetch(url, { headers: { range: 'bytes=0-9' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 0-9/${length}`]);
    const same = await fetch(url, { headers: { 'if-none-match': head.headers.get('etag') ?? '' } });
    expect(same.status).toBe(304);
  });

  it('answers with the headers that the signed query asks for', async () => {
    const presign = s3Presigner({
      endpoint,
      region: account.region,
      bucket: 'pictures',
      credentials: account,
      pathStyle: true,
      response: { 'response-cache-control': 'private, max-age=60', 'response-content-type': 'image/x-mine' },
    });
    const { url } = await presign('stats', { now: START, lifetime: MINUTE });
    const { headers } = await fetch(url);
    expect([headers.get('cache-control'), headers.get('content-type')]).toEqual([
      'private, max-age=60',
      'image/x-mine',
    ]);
  });

  it('refuses whatever was changed', async () => {
    const url = await signed('posters/1.png');
    const mismatch = '403 SignatureDoesNotMatch';
    expect(await refusal(url.replace('posters/1.png', 'posters/2.png'))).toBe(mismatch);
    expect(await refusal(url.replace('X-Amz-Expires=600', 'X-Amz-Expires=6000'))).toBe(mismatch);
    expect(await refusal(`${url}&response-content-type=text%2Fhtml`)).toBe(mismatch);
    const other = (digit: string): string => (digit === '0' ? '1' : '0');
    expect(await refusal(url.replace(/(?<=Signature=)./, other))).toBe(mismatch);
    expect(await refusal(url.replace(/Signature=\w+/, 'Signature=zz'))).toBe(mismatch);
    expect(await refusal(url.replace('127.0.0.1', 'localhost'))).toBe(mismatch);
    expect(await refusal(url, { method: 'POST' })).toBe(mismatch);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(403);
  });

  it('refuses who is not known, or signs for elsewhere', async () => {
    const wrong = { ...account, secretAccessKey: 'another' };
    expect(await refusal(await signed('stats', { credentials: wrong }))).toBe('403 SignatureDoesNotMatch');
    const stranger = { ...account, accessKeyId: 'STRANGER' };
    expect(await refusal(await signed('stats', { credentials: stranger }))).toBe('403 InvalidAccessKeyId');
    expect(await refusal(await signed('stats', { region: 'elsewhere' }))).toBe('403 AuthorizationQueryParametersError');
  });

  it('refuses what is not signed, or only in part', async () => {
    expect(await refusal(`${endpoint}/pictures/posters/1.png`)).toBe('403 AccessDenied');
    const url = new URL(await signed('posters/1.png'));
    for (const name of [...url.searchParams.keys()].filter((key) => key.startsWith('X-Amz-'))) {
      const less = new URL(url);
      less.searchParams.delete(name);
      expect(await refusal(less.href)).toMatch(/^403 /);
    }
    expect(await refusal(`${url.href}&X-Amz-Signature=00`)).toBe('403 AccessDenied');
    expect(await refusal(url.href.replace('X-Amz-Expires=600', 'X-Amz-Expires=9999999'))).toMatch(/^403 Auth/);
  });

  it('refuses what has expired or is not valid yet', async () => {
    const url = await signed('posters/1.png');
    try {
      now = START + 10 * MINUTE - 1;
      expect(await refusal(url)).toMatch(/^200/);
      now = START + 10 * MINUTE;
      expect(await refusal(url)).toBe('403 AccessDenied');
      now = START - 16 * MINUTE;
      expect(await refusal(url)).toBe('403 AccessDenied');
    } finally {
      now = START;
    }
  });

  it('knows no other keys, buckets or ways to write a path', async () => {
    expect(await refusal(await signed('posters/0.png'))).toBe('404 NoSuchKey');
    expect(await refusal(await signed('stats', { bucket: 'others' }))).toBe('404 NoSuchKey');
    expect(await refusal((await signed('stats')).replace('/stats', '/sta%ts'))).toMatch(/^403 /);
  });
});
