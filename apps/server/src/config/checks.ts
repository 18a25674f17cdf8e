import { isReserved } from '../reserved.js';
import type { RouteConfig } from './config.js';
import type { ConfigSource } from './entries.js';
import type { Problem } from './problems.js';
import { storeProblems } from './store-checks.js';
import type { VariableName, Values } from './variables.js';

const problem = (name: string, wanted: string, value?: string): Problem => ({
  name,
  value,
  source: undefined,
  wanted: `must be ${wanted}`,
});

const duplicates = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, index) => names.indexOf(name) !== index)),
];

const routeProblems = (routes: readonly RouteConfig[]): readonly Problem[] => [
  ...duplicates(routes.map((route) => route.mount)).map((mount) => problem('routes', 'mounted once each', mount)),
  ...duplicates(routes.map((route) => route.name)).map((name) => problem('routes', 'named differently', name)),
  ...routes.flatMap((route) =>
    duplicates(route.upstreams.map((upstream) => upstream.name)).map((name) =>
      problem(`upstreams of ${route.name}`, 'named once each', name),
    ),
  ),
  ...routes
    .filter(({ mount }) => isReserved(mount) || isReserved(mount.slice(0, -1)))
    .map(({ mount }) => problem('routes', "mounted outside of the server's own paths", mount)),
];

/** What no variable can be blamed for alone. */
export const crossCheck = (
  values: Values,
  routes: readonly RouteConfig[],
  sources: ReadonlyMap<VariableName, ConfigSource>,
): readonly Problem[] => {
  const problems = [...routeProblems(routes)];
  const isSet = (name: VariableName): boolean => sources.get(name) !== 'default';

  if (values.MANAGEMENT_PORT !== undefined && values.MANAGEMENT_PORT !== 0 && values.MANAGEMENT_PORT === values.PORT) {
    problems.push(problem('MANAGEMENT_PORT', 'another port than PORT', String(values.PORT)));
  }
  if ((values.TLS_CERT === undefined) !== (values.TLS_KEY === undefined)) {
    const [missing, given] = values.TLS_CERT === undefined ? ['TLS_CERT', 'TLS_KEY'] : ['TLS_KEY', 'TLS_CERT'];
    problems.push(problem(missing, `set when ${given} is`));
  }
  if (isSet('UPSTREAM_TYPE') && values.UPSTREAM_TYPE === 'custom' && !routes.some((route) => route.mount === '/')) {
    problems.push(problem('UPSTREAM_SERVERS', 'set when UPSTREAM_TYPE is custom'));
  }
  if (values.USE_REDIS && values.REDIS_CLUSTER_NODES.length === 0 && values.REDIS_HOST === undefined) {
    problems.push(problem('USE_REDIS', 'false, or REDIS_CLUSTER_NODES or REDIS_HOST set', 'true'));
  }
  if (values.REDIS_CLUSTER_NODES.length > 0 && values.REDIS_HOST !== undefined) {
    problems.push(problem('REDIS_HOST', 'unset when REDIS_CLUSTER_NODES is set', values.REDIS_HOST));
  }
  if (values.REDIS_MIN_IDLE_CONNS > values.REDIS_POOL_SIZE) {
    const most = `at most REDIS_POOL_SIZE (${values.REDIS_POOL_SIZE})`;
    problems.push(problem('REDIS_MIN_IDLE_CONNS', most, String(values.REDIS_MIN_IDLE_CONNS)));
  }
  if (isSet('SIGNED_URL_REFRESH_BEFORE') && values.SIGNED_URL_REFRESH_BEFORE >= values.SIGNED_URL_TTL) {
    problems.push(problem('SIGNED_URL_REFRESH_BEFORE', 'shorter than SIGNED_URL_TTL'));
  }
  problems.push(...storeProblems(values));
  if (values.HLS_UPSTREAM_SERVERS.length > 0 && values.BACKEND_HOST !== undefined) {
    problems.push(problem('BACKEND_HOST', 'unset when HLS_UPSTREAM_SERVERS is set', values.BACKEND_HOST));
  }
  return problems;
};

/** What is legal but probably not meant. */
export const cautions = (values: Values, sources: ReadonlyMap<VariableName, ConfigSource>): readonly string[] => {
  const isSet = (name: VariableName): boolean => sources.get(name) !== 'default';
  const warnings: string[] = [];
  if (values.UPSTREAM_TYPE === 'tmdb-api' && isSet('UPSTREAM_SERVERS') && isSet('TMDB_API_SERVERS')) {
    warnings.push('TMDB_API_SERVERS is not used: with UPSTREAM_TYPE=tmdb-api the servers are UPSTREAM_SERVERS');
  }
  if (values.STORE_BUCKET !== undefined && values.STORE_ENDPOINT === undefined) {
    warnings.push('STORE_BUCKET is set, but without STORE_ENDPOINT there are no signed images');
  }
  for (const name of ['HLS_TOKEN_USES', 'HLS_PREVIOUS_SECRET_KEY'] as const) {
    if (values[name] !== undefined && values.HLS_SECRET_KEY === undefined)
      warnings.push(`${name} is set, but without HLS_SECRET_KEY there are no tokens`);
  }
  if (values.TMDB_IMAGE_TEST_URL.startsWith('//')) {
    warnings.push('TMDB_IMAGE_TEST_URL begins with two slashes; a path begins with one');
  }
  return warnings;
};
