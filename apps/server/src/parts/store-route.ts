import type { Config } from '../config/config.js';
import type { StoreConfig } from '../config/store-config.js';
import type { MountedRoute } from './proxies.js';

/** Where the bucket answers, given or not that its name is in the endpoint's already; undefined without a store. */
export function bucketUrl({ bucket = '', endpoint, pathStyle, provider }: StoreConfig): URL | undefined {
  if (endpoint === undefined) return undefined;
  const url = new URL(endpoint);
  const inHost = provider === 'cos' || !pathStyle;
  if (inHost && !url.hostname.startsWith(`${bucket}.`)) url.hostname = `${bucket}.${url.hostname}`;
  return url;
}

/** The object store as a route, where one is configured: its keys are below a path of their own. */
export function storeRoute({ store }: Config): MountedRoute | undefined {
  const url = bucketUrl(store);
  if (url === undefined) return undefined;
  return {
    name: 'signed-images',
    mount: '/api/v1/images/',
    upstreams: [{ name: url.host, url: url.origin, weight: 1, priority: 1 }],
    probePath: undefined,
  };
}
