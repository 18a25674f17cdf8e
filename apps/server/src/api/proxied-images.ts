import { z } from 'zod';
import { plain, type Endpoint } from './endpoint.js';

const params = z.object({
  image_key: z.string().describe('Any path of at most 1024 bytes, percent-encoded; slashes need not be'),
});
const query = z.object({
  mode: z.enum(['redirect', 'proxy']).default('redirect').describe('A redirect to the signed URL, or the bytes'),
  refresh: z
    .enum(['true', 'false'])
    .default('false')
    .describe('Sign anew, unless the present URL was signed in the last ten seconds'),
});

/** The endpoint that signed images are, for the document: it is answered outside the framework. */
export const imagesEndpoint: Endpoint = {
  method: 'get',
  path: '/api/v1/images/{image_key+}',
  tag: 'Signed images',
  access: 'anyone',
  summary: 'Show an image of the object store',
  description:
    'After /api/v1/images/ comes a key and nothing else: stats, status/x and refresh are keys, too. A redirect may be kept for less than the URL behind it lives.',
  params,
  query,
  answers: {
    302: {
      ...plain('The signed URL, stable within its window'),
      headers: {
        Location: 'The signed URL',
        'Cache-Control': 'private, max-age under what is left of the URL; no-store near its end',
      },
    },
    200: plain('With mode=proxy, the whole of it', 'image/*'),
    206: plain('With mode=proxy, the range asked for', 'image/*'),
    304: plain('With mode=proxy: the copy that the client has is good'),
  },
  problems: {
    400: 'The key, mode or refresh cannot be: detail names which, and why',
    403: 'With mode=proxy: the store denies access to the key',
    404: 'With mode=proxy: the store has no such image; kept for seconds',
    502: 'With mode=proxy: the store failed',
    503: 'No URL can be signed at the moment',
    504: 'With mode=proxy: the store did not answer in time',
  },
};
