import type { Config } from '../config/config.js';
import type { MountedRoute } from './proxies.js';

/** The object store as a route, where one is configured: its keys are below a path of their own. */
export function storeRoute({ store }: Config): MountedRoute | undefined {
  if (store.endpoint === undefined) return undefined;
  const url = new URL(store.endpoint);
  if (store.provider === 's3' && !store.pathStyle) url.hostname = `${store.bucket}.${url.hostname}`;
  return {
    name: 'signed-images',
    mount: '/api/v1/images/',
    upstreams: [{ name: url.host, url: url.origin, weight: 1, priority: 1 }],
    probePath: undefined,
  };
}
