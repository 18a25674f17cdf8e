import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3Presigner } from '@forebay/image-proxy/signed-images';
import type { SampleUpstreams } from '../../src/sample/index.js';
import { startSampleUpstreams } from '../../src/sample/index.js';

const POSTER = '/t/p/w342/the-glass-tide-101.png';
let sample: SampleUpstreams;
beforeAll(async () => {
  sample = await startSampleUpstreams();
});
afterAll(() => sample.close());

const server = (behaviour: string) => sample.images.find((image) => image.behaviour === behaviour)!.url;
const quick = (path: string, init?: RequestInit) => fetch(server('quick') + path, init);

/** Reads a PNG as far as these tests need it. */
function inspect(bytes: Buffer): { width: number; height: number; rows: Buffer } {
  expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const width = bytes.readUInt32BE(16);
  const height = bytes.readUInt32BE(20);
  const data = bytes.subarray(41, 41 + bytes.readUInt32BE(33));
  return { width, height, rows: inflateSync(data) };
}

describe('sample images', () => {
  it.each([
    [POSTER, 342, 513],
    ['/t/p/w92/the-glass-tide-101.jpg', 92, 138],
    ['/t/p/w300/nine-winters-102-wide.png', 300, 169],
    ['/t/p/w220_and_h330_face/a-film-of-my-own-7.png', 220, 330],
    ['/t//p/w92_filter(duotone,ffffff,000000)/wwemzKWzjKYJFfCeiB57q3r4Bcm.png', 92, 138],
  ])('draws %s as a whole PNG of %i by %i', async (path, width, height) => {
    const answer = await quick(path);
    expect(answer.headers.get('content-type')).toBe('image/png');
    const picture = inspect(Buffer.from(await answer.arrayBuffer()));
    expect(picture).toMatchObject({ width, height });
    expect(picture.rows.length).toBe((width * 3 + 1) * height);
  });

  it('draws the same bytes under the same tag on every server and at every start', async () => {
    const again = await startSampleUpstreams();
    const answers = [
      await quick(POSTER),
      await fetch(server('slow') + POSTER),
      await fetch(again.images[0]!.url + POSTER),
    ];
    const sums = await Promise.all(
      answers.map(async (answer) =>
        createHash('sha1')
          .update(Buffer.from(await answer.arrayBuffer()))
          .digest('hex'),
      ),
    );
    await again.close();
    expect(new Set(sums).size).toBe(1);
    expect(new Set(answers.map((answer) => answer.headers.get('etag')))).toEqual(new Set([`"${sums[0]}"`]));
  });

  it('draws a different picture for a different name', async () => {
    const [one, other] = await Promise.all(
      ['/t/p/w92/one-1.png', '/t/p/w92/other-2.png'].map(async (path) => (await quick(path)).headers.get('etag')),
    );
    expect(one).not.toBe(other);
  });

  it('answers conditions and single ranges', async () => {
    const whole = await quick(POSTER);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const etag = whole.headers.get('etag')!;
    expect((await quick(POSTER, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const part = await quick(POSTER, { headers: { range: 'bytes=10-19', 'if-range': etag } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${bytes.length}`);
    expect(Buffer.from(await part.arrayBuffer())).toEqual(bytes.subarray(10, 20));
    expect((await quick(POSTER, { headers: { range: 'bytes=10-19', 'if-range': '"other"' } })).status).toBe(200);
    expect((await quick(POSTER, { headers: { range: `bytes=${bytes.length}-` } })).status).toBe(416);
  });

  it.each([
    '/t/p/w500/nothing.png',
    '/t/p/w501/the-glass-tide-101.png',
    '/t/p/w500/a-1.svg',
    '/t/p/w9999_and_h9999_face/a-1.png',
    '/',
  ])('has no %s', async (path) => {
    expect((await quick(path)).status).toBe(404);
  });

  it('fails on the flaky server about three times in ten, in every way that there is', async () => {
    const ways = { answered: 0, error: 0, reset: 0, hung: 0 };
    for (let request = 0; request < 40; request++) {
      const way = await fetch(`${server('flaky')}/t/p/w45/the-glass-tide-101.png`, { signal: AbortSignal.timeout(150) })
        .then(async (answer) => {
          await answer.arrayBuffer();
          return answer.ok ? 'answered' : 'error';
        })
        .catch((error: Error) => (error.name === 'TimeoutError' ? 'hung' : 'reset'));
      ways[way] += 1;
    }
    expect(ways.answered).toBeGreaterThan(20);
    expect(Math.min(ways.error, ways.reset, ways.hung)).toBeGreaterThan(0);
  });
});

describe('the sample API', () => {
  const call = async (path: string, init?: RequestInit) => {
    const answer = await fetch(sample.api.url + path, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const key = () => `api_key=${sample.api.apiKey}`;

  it('refuses a missing or wrong key as TMDB does', async () => {
    expect(await call('/3/configuration')).toMatchObject({ status: 401, body: { status_code: 7, success: false } });
    expect(await call('/3/configuration?api_key=wrong')).toMatchObject({ status: 401 });
  });

  it('takes the key as a parameter or as a bearer token', async () => {
    expect(await call(`/3/configuration?${key()}`)).toMatchObject({
      status: 200,
      body: { images: { base_url: '/t/p/' } },
    });
    expect(await call('/3/configuration', { headers: { authorization: `Bearer ${sample.api.apiKey}` } })).toMatchObject(
      { status: 200 },
    );
  });

  it('knows films whose posters the image servers have', async () => {
    const { body } = await call(`/3/movie/101?${key()}`);
    expect(body).toMatchObject({ title: 'The Glass Tide', poster_path: '/the-glass-tide-101.png' });
    expect((await quick(`/t/p/w92${String(body['poster_path'])}`)).status).toBe(200);
    expect(await call(`/3/movie/9?${key()}`)).toMatchObject({ status: 404, body: { status_code: 34 } });
  });

  it('searches and pages', async () => {
    expect(await call(`/3/search/movie?query=tide&${key()}`)).toMatchObject({
      body: { total_results: 1, total_pages: 1 },
    });
    expect(await call(`/3/movie/popular?page=2&${key()}`)).toMatchObject({ body: { page: 2, total_pages: 2 } });
    expect(await call(`/3/movie/popular?page=0&${key()}`)).toMatchObject({ status: 400 });
  });
});

it('stops at the signal', async () => {
  const abort = new AbortController();
  const short = await startSampleUpstreams({ signal: abort.signal });
  abort.abort();
  await short.close();
  await expect(fetch(short.images[0]!.url)).rejects.toThrow('fetch failed');
});

const signed = async (key: string): Promise<string> => {
  const { url: endpoint, bucket, region, ...credentials } = sample.store;
  const presign = s3Presigner({ endpoint, bucket, region, credentials, pathStyle: true });
  return (await presign(key, { lifetime: 60_000, now: Date.now() })).url;
};

it('names links that lead somewhere', async () => {
  for (const path of [sample.probePath, ...sample.links.map((link) => link.path)]) {
    const answer = path.startsWith('/hls/')
      ? await fetch(sample.hls[0]!.url + path.slice('/hls'.length))
      : path.startsWith('/3/')
        ? await fetch(sample.api.url + path, { headers: { authorization: `Bearer ${sample.api.apiKey}` } })
        : path.startsWith('/api/v1/images/')
          ? await fetch(await signed(path.slice('/api/v1/images/'.length).split('?', 1)[0]!))
          : await quick(path);
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    await answer.arrayBuffer();
  }
});
