import { getRequestListener } from '@hono/node-server';
import type { RequestListener } from 'node:http';
import { Problem, requestIdOf } from '@forebay/reverse-proxy';
import { builtPages } from '../assets.js';
import { respond } from '../routes/management.js';
import { staticPages } from './static-files.js';

/**
 * The pages of sample mode before everything else: a start page, a player and a gallery at paths of their own, which
 * no picture has, and their files below `/sample-pages/`.
 */
export function beforeSamplePages(next: RequestListener, root: URL = builtPages('pages')): RequestListener {
  const pages = staticPages({
    root,
    prefix: '/sample-pages/',
    pages: { '/': 'index.html', '/player': 'player.html', '/gallery': 'gallery.html' },
    // hls.js hands media to the browser as blobs, and an empty track as a data URL. The gallery's placeholders are data
    // URLs, too, and its pictures may come from the store itself.
    sources: { media: 'blob: data:', img: 'data: http://127.0.0.1:* http://localhost:*' },
  });
  const answer = getRequestListener(
    (request) =>
      pages
        .fetch(request)
        .catch((error: unknown) =>
          respond(problemOf(error), requestIdOf(request.headers.get('x-request-id') ?? undefined)),
        ),
    { overrideGlobalObjects: false, hostname: 'localhost' },
  );
  return (incoming, response) => {
    const path = (incoming.url ?? '').split('?', 1)[0]!;
    if (pages.takes(path)) void answer(incoming, response);
    else next(incoming, response);
  };
}

const problemOf = (error: unknown): Problem =>
  error instanceof Problem ? error : new Problem(500, 'internal-error', 'the page could not be read', { cause: error });
