import type { HeaderRecord } from '@forebay/cache-tiers/http';

import type { Preset, Target } from '@forebay/reverse-proxy';

/** TMDB asks for no more than about this many requests a second from one address. */
const REQUESTS_PER_SECOND = 40;

const pairsOf = (query: string): string[] => (query === '' ? [] : query.split('&').filter((pair) => pair !== ''));
const isKey = (pair: string): boolean => pair.startsWith('api_key=');

/**
 * TMDB's JSON API (`/3/*`). The operator's key is added on the way up where the client sent none; a client's own
 * `api_key` or `Authorization` wins, and what it is answered is kept apart from everybody else's.
 */
export function tmdbApiPreset(options: { readonly apiKey?: string } = {}): Preset {
  return {
    name: 'tmdb-api',
    // The API does not mind the order of parameters, so neither does the key.
    canonical: ({ path, query }) => ({
      path: path.replace(/\/{2,}/g, '/'),
      query: pairsOf(query).toSorted().join('&'),
    }),
    forwardedHeaders: ['accept', 'accept-language', 'user-agent', 'authorization'],
    policy: 'override',
    kind: ({ path }) => (/^\/(?:3\/)?search\//.test(path) ? 'search' : 'json'),
    contentTypes: ['application/json'],
    coding: 'client',
    cors: true,
    requestsPerSecond: REQUESTS_PER_SECOND,
    credentials: clientCredentials,
    authorise: (target) => withKey(target, options.apiKey),
  };
}

function clientCredentials({ query }: Target, headers: HeaderRecord): string | undefined {
  const key = pairsOf(query).filter(isKey).join('&');
  const authorization = headers['authorization'];
  if (key === '' && authorization === undefined) return undefined;
  return `${key}\n${String(authorization ?? '')}`;
}

function withKey(target: Target, apiKey: string | undefined): Target {
  if (apiKey === undefined || pairsOf(target.query).some(isKey)) return target;
  return { path: target.path, query: [...pairsOf(target.query), `api_key=${encodeURIComponent(apiKey)}`].join('&') };
}
