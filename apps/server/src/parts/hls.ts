import { createAccess, createHlsProxy, createSessions } from '@forebay/hls-proxy';
import { hlsEndpoint } from '../api/proxied-hls.js';
import { VERSION } from '../version.js';
import type { Feature, FeatureContext } from './feature.js';
import { hlsRoutes } from '../routes/hls.js';
import { hlsEdges } from '../topics.js';
import { openHlsDesk } from './hls-desk.js';
import { hlsRoute } from './hls-route.js';
import { openSessionStore } from './hls-sessions.js';
import { upstreamOptions } from './proxies.js';

/** HLS behind `/hls/`, where there are upstreams for it. */
export async function hlsFeature(context: FeatureContext): Promise<Feature> {
  const { bus, cache, config, logger, observer, shares, trusted } = context;
  const { hls } = config;
  const route = hlsRoute(config);
  if (route.upstreams.length === 0) return { routes: (app) => hlsRoutes(app, undefined), close: async () => undefined };

  const shared = await openSessionStore(context);
  const sessions = createSessions({
    store: shared.store,
    maxPerUser: hls.maxSessionsPerUser,
    onDropped: (bytes) =>
      logger.warn(
        { event: 'traffic_dropped', bytes },
        'bytes of viewers are lost: what all agree on was away for too long',
      ),
  });
  // The allow list, before anybody asks; if it cannot be had now, it comes within seconds.
  await sessions.flush().catch(() => undefined);
  const access = createAccess({
    sessions,
    mount: route.mount,
    secrets: shared.secrets,
    tokenSecrets: hls.secretKey === undefined ? undefined : shared.secrets,
    allowedCidrs: hls.allowedCidrs,
    bindAddress: hls.bindAddress,
    tokenUses: hls.tokenUses,
  });
  const proxy = createHlsProxy({
    name: route.name,
    mount: route.mount,
    via: `forebay (Forebay/${VERSION})`,
    upstreams: { origins: route.upstreams, ...upstreamOptions(config, shares) },
    access,
    trusted,
    prefetch: hls.prefetch,
    tellEdges: (edges) => bus.broadcast(hlsEdges, edges, 'others'),
    observer: observer(route.name),
    ...(cache === undefined ? {} : { cache }),
  });
  const endEdges = bus.handle(hlsEdges, (edges) => {
    proxy.heardEdges(edges);
    return null;
  });
  const desk = openHlsDesk({ bus, sessions, access, mount: route.mount, transfers: () => proxy.transfers() });
  return {
    mounted: { route, proxy },
    proxied: [hlsEndpoint],
    routes: (app) => hlsRoutes(app, desk),
    streaming: {
      sessions: async () => (await desk.list({ uid: undefined, limit: 1, offset: 0 })).total,
      transfers: () => proxy.transfers().length,
    },
    async close() {
      desk.close();
      endEdges();
      await sessions.close();
      await shared.close();
    },
  };
}
