import { createAccess, createHlsProxy, createSessions } from '@forebay/hls-proxy';
import { VERSION } from '../version.js';
import type { Feature, FeatureContext } from './feature.js';
import { hlsRoute } from './hls-route.js';
import { openSessionStore } from './hls-sessions.js';
import { upstreamOptions } from './proxies.js';

/** HLS behind `/hls/`, where there are upstreams for it. */
export async function hlsFeature(context: FeatureContext): Promise<Feature | undefined> {
  const { cache, config, observer, shares, trusted } = context;
  const { hls } = config;
  const route = hlsRoute(config);
  if (route.upstreams.length === 0) return undefined;

  const shared = await openSessionStore(context);
  const sessions = createSessions({ store: shared.store, maxPerUser: hls.maxSessionsPerUser });
  const access = createAccess({
    sessions,
    mount: route.mount,
    secrets: shared.secrets,
    tokenSecrets: hls.secretKey === undefined ? undefined : [hls.secretKey],
    allowedCidrs: hls.allowedCidrs,
  });
  const proxy = createHlsProxy({
    name: route.name,
    mount: route.mount,
    via: `forebay (Forebay/${VERSION})`,
    upstreams: { origins: route.upstreams, ...upstreamOptions(config, shares) },
    access,
    trusted,
    observer: observer(route.name),
    ...(cache === undefined ? {} : { cache }),
  });
  return {
    mounted: { route, proxy },
    async close() {
      await sessions.close();
      await shared.close();
    },
  };
}
