import { z } from 'zod';
import { imageProblem, readImageRequest, type SignedImages, type SignedUrl } from '@forebay/image-proxy/signed-images';
import { Problem } from '@forebay/reverse-proxy';
import { json } from '../api/endpoint.js';
import type { EndpointInput } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';

type Images = Pick<SignedImages, 'urlOf' | 'urlsOf' | 'refresh'>;
type AnyInput = EndpointInput<z.ZodType, z.ZodType, z.ZodType>;

const tag = 'Signed images';
const PREFIX = '/api/v1/image-urls/';
const MOST_KEYS = 10_000;

const params = z.object({
  image_key: z.string().describe('Any path of at most 1024 bytes, percent-encoded; slashes need not be'),
});
const lookup = z
  .strictObject({ image_keys: z.array(z.string()).min(1).max(MOST_KEYS) })
  .meta({ examples: [{ image_keys: ['posters/dune.png', 'posters/alien.png'] }] });

const EXAMPLE = {
  url: 'https://images-1.example/pictures/posters/dune.png?X-Amz-Algorithm=AWS4-HMAC-SHA256&…',
  expires_at: '2026-01-01T01:00:00.000Z',
};
const imageUrl = z
  .object({
    image_key: z.string(),
    url: z.string(),
    expires_at: z.iso.datetime(),
    refresh_at: z.iso.datetime().describe('From when on it is replaced, if it is in use'),
    from_cache: z.boolean().describe('Whether it was there before it was asked for'),
  })
  .meta({ id: 'ImageUrl' });
const one = json(imageUrl, 'The URL and its times', {
  image_key: 'posters/dune.png',
  ...EXAMPLE,
  refresh_at: '2026-01-01T00:45:00.000Z',
  from_cache: true,
});
const many = json(
  z
    .object({
      urls: z.record(z.string(), z.object({ url: z.string(), expires_at: z.iso.datetime() })).describe('By key'),
      errors: z.record(z.string(), z.string()).describe('By key: why there is no URL'),
    })
    .meta({ id: 'ImageUrls' }),
  'A URL or an error for each key',
  { urls: { 'posters/dune.png': EXAMPLE }, errors: { '../secret': 'image_key: must not hold a "." or ".." segment' } },
);
const problems = {
  400: 'image_key or image_keys cannot be: detail says why',
  404: 'No object store is configured',
  503: 'No URL can be signed at the moment',
};

/** What of `/api/v1/image-urls` anyone may ask, wherever images are served. */
export function openImageUrlRoutes(app: ManagementApp, images: Images | undefined): void {
  const shared = { tag, access: 'anyone', anyOrigin: true, problems } as const;
  const find = {
    ...shared,
    method: 'get',
    path: `${PREFIX}{image_key+}`,
    summary: 'Tell the signed URL of an image',
    params,
    answers: { 200: one },
  } as const;
  app.serve(find, (input) => answering(images, async (given) => describe(await given.urlOf(keyOf(input)))));
  app.serve(
    {
      ...shared,
      method: 'post',
      path: '/api/v1/image-urls',
      summary: 'Tell the signed URLs of many images',
      description: `Up to ${MOST_KEYS} keys at once; what fails for one key fails for it alone.`,
      body: lookup,
      answers: { 200: many },
    },
    ({ body }) =>
      answering(images, async (given) => {
        const { urls, errors } = await given.urlsOf(body.image_keys);
        return {
          urls: Object.fromEntries(
            [...urls].map(([key, { url, expiresAt }]) => [key, { url, expires_at: iso(expiresAt) }]),
          ),
          errors: Object.fromEntries([...errors].map(([key, error]) => [key, imageProblem(error).message])),
        };
      }),
  );
}

/** All of `/api/v1/image-urls`: besides, signing anew at once. */
export function imageUrlRoutes(app: ManagementApp, images: Images | undefined): void {
  openImageUrlRoutes(app, images);
  app.serve(
    {
      method: 'put',
      path: `${PREFIX}{image_key+}`,
      tag,
      summary: 'Sign the URL of an image anew at once',
      description: 'The URL before it goes on working until its end; other workers and nodes follow within seconds.',
      params,
      answers: { 200: one },
      problems,
    },
    (input) => answering(images, async (given) => describe(await given.refresh(keyOf(input)))),
  );
}

async function answering<T>(images: Images | undefined, ask: (given: Images) => Promise<T>): Promise<T> {
  if (images === undefined)
    throw new Problem(
      404,
      'no-signed-images',
      'there are no signed images without an object store: set STORE_ENDPOINT',
    );
  try {
    return await ask(images);
  } catch (error) {
    throw imageProblem(error);
  }
}

/** The key from the target as it was sent: a framework has decoded and resolved its own already. */
function keyOf({ c }: AnyInput): string {
  return readImageRequest((c.env.incoming.url ?? '').split('?', 1)[0] ?? '', PREFIX).key;
}

const describe = ({ key, url, expiresAt, refreshAt, fromCache }: SignedUrl): z.output<typeof imageUrl> => ({
  image_key: key,
  url,
  expires_at: iso(expiresAt),
  refresh_at: iso(refreshAt),
  from_cache: fromCache,
});

const iso = (at: number): string => new Date(at).toISOString();
