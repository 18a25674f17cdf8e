import type { Config, RouteConfig, UpstreamConfig } from '../config/config.js';
import type { StoreConfig } from '../config/store-config.js';
import type { SampleUpstreams } from '../sample/index.js';

/** The routes of sample mode: the sample upstreams behind the very mounts that the environment variables would make. */
export function sampleRoutes(config: Config, samples: SampleUpstreams): readonly RouteConfig[] {
  const shared = {
    methods: ['GET', 'HEAD'],
    contentTypes: [],
    cachePolicy: 'override',
    lifetimes: config.cache.lifetimes,
  } as const;
  return [
    {
      ...shared,
      name: 'tmdb-image',
      mount: '/',
      upstreamPath: '/',
      kind: 'tmdb-image',
      upstreams: samples.images.map(upstream),
      apiKey: undefined,
      probePath: samples.probePath,
      rateLimit: undefined,
    },
    {
      ...shared,
      name: 'tmdb-api',
      mount: '/3/',
      upstreamPath: '/3/',
      kind: 'tmdb-api',
      upstreams: [upstream(samples.api)],
      apiKey: samples.api.apiKey,
      probePath: '/3/configuration',
      rateLimit: 40,
    },
  ];
}

/** The mirrors of the sample streams, as `HLS_UPSTREAM_SERVERS` would make them. */
export const sampleStreams = (samples: SampleUpstreams): readonly UpstreamConfig[] => samples.hls.map(upstream);

/** The sample object store, as the `STORE_*` variables would make it. */
export const sampleStore = ({ store: { url, ...account } }: SampleUpstreams): StoreConfig => ({
  ...account,
  endpoint: url,
  provider: 's3',
  pathStyle: true,
});

const upstream = ({ name, url }: { readonly name: string; readonly url: string }): UpstreamConfig => ({
  name,
  url,
  weight: 1,
  priority: 1,
});
