import type { Config, RouteConfig } from '../config/config.js';
import { hlsRoute } from '../parts/hls-route.js';
import type { MountedRoute } from '../parts/proxies.js';
import { storeRoute } from '../parts/store-route.js';

/** A group of upstreams to be probed; without a path, whether they take a connection. */
export type ProbedRoute = Pick<MountedRoute, 'name' | 'upstreams' | 'probePath'>;

/** Every route that can be probed from here. Behind an outbound proxy a bare connection would say nothing. */
export function probedRoutes(config: Config): readonly ProbedRoute[] {
  const { httpProxy, httpsProxy } = config.upstream;
  const direct = httpProxy === undefined && httpsProxy === undefined;
  const groups: readonly ProbedRoute[] = [
    ...config.routes.map(withKey),
    hlsRoute(config),
    ...[storeRoute(config)].flatMap((route) => route ?? []),
  ];
  return groups.filter(({ probePath, upstreams }) => upstreams.length > 0 && (probePath !== undefined || direct));
}

function withKey(route: RouteConfig): ProbedRoute {
  const { name, upstreams, probePath, apiKey } = route;
  if (apiKey === undefined || probePath === undefined) return { name, upstreams, probePath };
  const mark = probePath.includes('?') ? '&' : '?';
  return { name, upstreams, probePath: `${probePath}${mark}api_key=${encodeURIComponent(apiKey)}` };
}
