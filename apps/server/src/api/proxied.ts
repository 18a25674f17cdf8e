import { z } from 'zod';
import type { RouteConfig } from '../config/config.js';
import { plain, type Endpoint } from './endpoint.js';

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The target, its encoding or a header is malformed',
  404: 'The upstream has no such resource; kept briefly',
  405: 'The method is not one that the route takes; Allow lists them',
  414: 'The target is too long',
  429: 'A configured limit was hit; Retry-After says when to come again',
  502: 'Every upstream that may be tried failed, or sent what the route does not allow',
  503: 'No upstream may be tried, or the server sheds load or is draining',
  504: 'The time budget ran out',
};

const WHAT: Readonly<Record<RouteConfig['kind'], { readonly title: string; readonly types: readonly string[] }>> = {
  'tmdb-image': { title: 'an image', types: ['image/*'] },
  'tmdb-api': { title: 'JSON of the TMDB API', types: ['application/json'] },
  custom: { title: 'a resource', types: ['*/*'] },
};

/** The endpoint that a configured route is, for the document: it is answered outside the framework. */
export function proxiedRoute(route: Pick<RouteConfig, 'kind' | 'mount' | 'name'>): Endpoint {
  const { title, types } = WHAT[route.kind];
  return {
    method: 'get',
    path: `${route.mount}{path+}`,
    tag: 'Proxied',
    access: 'anyone',
    summary: `Fetch ${title} through the cache (route ${route.name})`,
    description:
      'GET and HEAD, conditional requests and single ranges are answered from the cache; a stale copy stands in for a failing upstream.',
    params: z.object({ path: z.string().describe('What the upstream is asked for; slashes are kept') }),
    answers: {
      200: {
        ...plain('The whole of it', ...types),
        headers: {
          'Cache-Status': 'forebay; hit; ttl=…; detail=memory (RFC 9211)',
          'X-Cache': 'HIT, MISS, STALE, REVALIDATED or BYPASS',
          Age: 'Seconds since the origin made it',
          ETag: "The origin's, or Forebay's own",
          'X-Request-Id': "The caller's, or a new one",
        },
      },
      206: plain('The range asked for', ...types),
      304: plain('The copy that the client has is good'),
      416: plain('The range lies outside', 'application/problem+json'),
    },
    problems: PROBLEMS,
  };
}
