import { getRequestListener } from '@hono/node-server';
import type { RequestListener } from 'node:http';
import { createAllowList } from '@forebay/guard';
import { CacheControl } from './cache-control.js';
import { createDispatch } from './dispatch.js';
import { createManagementAccess } from './middleware/management-access.js';
import { LoadShedder } from './middleware/load-shedder.js';
import { refuseUnreadable } from './middleware/unreadable.js';
import { Traffic } from './metrics/traffic.js';
import { createCache } from './parts/cache.js';
import { createProxy, type Mounted } from './parts/proxies.js';
import { followHealth } from './parts/upstream-health.js';
import { logAnswers } from './parts/answer-log.js';
import type { DrainReason, NodeApp, NodeContext } from './process/roles.js';
import { cacheRoutes } from './routes/cache.js';
import { healthRoutes } from './routes/health.js';
import { createManagementApp, onlyMethods, type ManagementApp } from './routes/management.js';
import { statusRoutes } from './routes/status.js';
import { traffic as trafficTopic, upstreamStatus } from './topics.js';
import { viewOf, type UpstreamView } from './upstream-view.js';

/** Everything that serves in one process: composes the parts, and knows nothing of what flows through them. */
export async function createNode(context: NodeContext): Promise<NodeApp> {
  const { bus, config, entries, logger, shares } = context;
  const startedAt = new Date();
  let draining: DrainReason | undefined;

  const kept = await createCache(config, shares, bus);
  const { cache } = kept;
  const traffic = new Traffic();
  const observer = logAnswers(logger, traffic);
  const mounts: Mounted[] = config.routes.map((route) => ({
    route,
    proxy: createProxy(route, config, shares, config.cache.enabled ? cache : undefined, observer),
  }));
  const shedder = new LoadShedder();
  const views = (): UpstreamView[] =>
    mounts.flatMap(({ route, proxy }) => proxy.upstreams.status().map((status) => viewOf(route.name, status)));

  let tierStates: readonly { readonly name: string; readonly state: string }[] = [];
  const ends = [
    cache.on('tier-state', () => void cache.info().then(({ tiers }) => (tierStates = tiers))),
    bus.handle(trafficTopic, () => traffic.snapshot()),
    bus.handle(upstreamStatus, views),
    followHealth(mounts, bus, logger),
  ];
  for (const { proxy } of mounts) ends.push(proxy.upstreams.listen((attempt) => traffic.attempted(attempt)));

  const access = createManagementAccess(config.server, createAllowList(config.server.trustProxy));
  const management = createManagementApp(access, logger);
  healthRoutes(management, {
    draining: () => draining === 'stop',
    upstreams: views,
    tiers: () => tierStates,
    startedAt,
  });
  statusRoutes(management, bus, entries);
  cacheRoutes(management, new CacheControl(kept, bus, config));
  crawlerRoutes(management);
  const managementListener = getRequestListener(management.fetch, { overrideGlobalObjects: false }) as RequestListener;
  const elsewhere = config.server.managementPort !== undefined;
  const publicApp = createManagementApp({ check: () => undefined }, logger);
  if (elsewhere) {
    healthRoutes(publicApp, {
      draining: () => draining === 'stop',
      upstreams: views,
      tiers: () => tierStates,
      startedAt,
    });
    crawlerRoutes(publicApp);
  }
  const own = elsewhere
    ? (getRequestListener(publicApp.fetch, { overrideGlobalObjects: false }) as RequestListener)
    : managementListener;

  return {
    listener: createDispatch({ mounts, own, shedder, draining: () => draining !== undefined }),
    managementListener,
    start: async () => undefined,
    clientError: refuseUnreadable,
    setDraining(reason) {
      draining = reason;
    },
    async stop() {
      await shedder.idle();
      for (const end of ends) end();
      await Promise.all(mounts.map(({ proxy }) => proxy.close()));
      await cache.close();
      traffic.close();
      shedder.close();
    },
  };
}

function crawlerRoutes(app: ManagementApp): void {
  app.get('/robots.txt', (c) => c.text('User-agent: *\nDisallow: /\n'));
  app.get('/favicon.ico', (c) => c.body(null, 204));
  for (const path of ['/robots.txt', '/favicon.ico']) onlyMethods(app, path, 'GET', 'HEAD');
}
