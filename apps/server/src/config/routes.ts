import type { Lifetimes, RouteConfig, RouteKind, UpstreamConfig } from './config.js';
import type { ParsedRoute } from './schema.js';
import { upstreamOf } from './addresses.js';
import type { Values, VariableName } from './variables.js';

const tmdbApi = 'https://api.themoviedb.org';

/** What TMDB's API takes from one client, with room to spare. Requests a second. */
const tmdbApiRate = 40;

/** The lifetimes of the variables, in milliseconds. */
export const lifetimesOf = (values: Values): Lifetimes => ({
  image: { memory: values.IMAGE_MEMORY_TTL, l2: values.IMAGE_DISK_TTL },
  json: { memory: values.JSON_MEMORY_TTL, l2: values.JSON_DISK_TTL },
  search: { memory: values.SEARCH_MEMORY_TTL, l2: values.SEARCH_DISK_TTL },
  other: { memory: values.CACHE_TTL, l2: values.CACHE_TTL },
});

/** Whether a variable was given a value, by whatever source. */
export type Stated = (name: VariableName) => boolean;

const typeVariables = { image: 'IMAGE_DISK_TTL', json: 'JSON_DISK_TTL', search: 'SEARCH_DISK_TTL' } as const;

/** The variables' lifetimes as a route of this kind has them: with `CACHE_TTL=0`, a custom one has none that nobody stated. */
const lifetimesFor = (kind: RouteKind, values: Values, stated: Stated): Lifetimes => {
  const lifetimes = lifetimesOf(values);
  if (kind !== 'custom' || values.CACHE_TTL !== 0) return lifetimes;
  const none = { memory: 0, l2: 0 };
  const of = (content: keyof typeof typeVariables) => (stated(typeVariables[content]) ? lifetimes[content] : none);
  return { image: of('image'), json: of('json'), search: of('search'), other: none };
};

const probePathOf = (kind: RouteKind, values: Values): string | undefined =>
  ({ 'tmdb-image': values.TMDB_IMAGE_TEST_URL, 'tmdb-api': '/3/configuration', custom: undefined })[kind];

const methodsOf = (methods: readonly string[] | '*'): readonly string[] | '*' =>
  methods === '*' || methods.includes('*') ? '*' : [...new Set(['GET', 'HEAD', ...methods])];

/** Completes what a route leaves open: first from the variables, then from its kind. */
const complete = (route: ParsedRoute, values: Values, stated: Stated): RouteConfig => {
  const { kind, mount } = route;
  const lifetimes = lifetimesFor(kind, values, stated);
  const lifetime = (content: keyof Lifetimes) => ({
    memory: route.lifetimes?.[content]?.memory ?? lifetimes[content].memory,
    l2: route.lifetimes?.[content]?.l2 ?? lifetimes[content].l2,
  });
  const rateLimit = route.rateLimit ?? (kind === 'tmdb-api' ? tmdbApiRate : false);
  return {
    name: route.name ?? (mount.replaceAll('/', '-').replace(/^-+|-+$/g, '') || kind),
    mount,
    upstreamPath: route.upstreamPath ?? (kind === 'tmdb-api' && mount === '/3/' ? '/3/' : '/'),
    kind,
    upstreams: route.upstreams,
    cachePolicy: route.cachePolicy ?? values.CACHE_POLICY ?? (kind === 'custom' ? 'respect' : 'override'),
    methods: methodsOf(route.methods ?? (kind === 'custom' ? values.CUSTOM_METHODS : [])),
    contentTypes: route.contentTypes ?? (kind === 'custom' ? values.CUSTOM_CONTENT_TYPE : []),
    apiKey: kind === 'tmdb-api' ? (route.apiKey ?? values.TMDB_API_KEY) : undefined,
    probePath: route.probePath ?? probePathOf(kind, values),
    rateLimit: rateLimit === false ? undefined : rateLimit,
    lifetimes: {
      image: lifetime('image'),
      json: lifetime('json'),
      search: lifetime('search'),
      other: lifetime('other'),
    },
  };
};

/** The servers of the API, with their default once there is a key. */
export const apiServers = (values: Values): readonly UpstreamConfig[] =>
  values.TMDB_API_SERVERS.length === 0 && values.TMDB_API_KEY !== undefined
    ? [upstreamOf({ url: tmdbApi })]
    : values.TMDB_API_SERVERS;

/** The routes that the variables stand for: `/` of the upstream type, and `/3/` for the API beside it. */
const preset = (values: Values): readonly ParsedRoute[] => {
  const kind = values.UPSTREAM_TYPE;
  const root = values.UPSTREAM_SERVERS;
  const api = apiServers(values);
  if (kind === 'tmdb-api') {
    const upstreams = root.length > 0 ? root : api;
    return upstreams.length > 0 ? [{ name: kind, mount: '/', kind, upstreams }] : [];
  }
  const routes: ParsedRoute[] = [];
  if (root.length > 0) routes.push({ name: kind, mount: '/', kind, upstreams: root });
  if (api.length > 0) routes.push({ name: 'tmdb-api', mount: '/3/', kind: 'tmdb-api', upstreams: api });
  return routes;
};

/** All routes, those of the variables first, complete. */
export const routesOf = (values: Values, fromFile: readonly ParsedRoute[], stated: Stated): readonly RouteConfig[] =>
  [...preset(values), ...fromFile].map((route) => complete(route, values, stated));
