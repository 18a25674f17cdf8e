import { createAllowList } from '@forebay/guard';
import { CacheControl } from './cache-control.js';
import { createDispatch } from './dispatch.js';
import { EventClients } from './history/event-clients.js';
import { InFlight } from './middleware/in-flight.js';
import { LoadShedder } from './middleware/load-shedder.js';
import { createManagementAccess } from './middleware/management-access.js';
import { refuseUnreadable } from './middleware/unreadable.js';
import { Sampler } from './metrics/sampler.js';
import { Traffic } from './metrics/traffic.js';
import { createOwnPaths } from './own-paths.js';
import { logAnswers } from './parts/answer-log.js';
import { createCache } from './parts/cache.js';
import { createFeatures } from './parts/features.js';
import { createProxy, type Mounted } from './parts/proxies.js';
import { beforeSamplePages } from './parts/sample-pages.js';
import { watchTiers } from './parts/tier-states.js';
import { followSessions } from './parts/dashboard-sessions.js';
import { watchRequests } from './parts/request-watches.js';
import { followHealth } from './parts/upstream-health.js';
import { patchUpstreams } from './parts/upstream-patches.js';
import { answers } from './process/messages.js';
import type { DrainReason, NodeApp, NodeContext } from './process/roles.js';
import { lastWords, patchesSoFar, upstreamPatch, upstreamStatus, workerSample } from './topics.js';
import { viewOf, type UpstreamView } from './upstream-view.js';

/** Everything that serves in one process: composes the parts, and knows nothing of what flows through them. */
export async function createNode(context: NodeContext): Promise<NodeApp> {
  const { bus, config, logger, shares } = context;
  let draining: DrainReason | undefined;
  let ended = false;

  const kept = await createCache(config, shares, bus);
  const tiers = watchTiers(kept, logger);
  const traffic = new Traffic();
  const trusted = createAllowList(config.server.trustProxy);
  const watching = await watchRequests(config, trusted);
  const observer = (route: string) => watching.listenIn(logAnswers(logger, traffic.route(route)));
  const cache = config.cache.enabled ? kept.cache : undefined;
  const sessions = await followSessions(config, bus);
  const features = await createFeatures({ ...context, cache, observer, sessions, trusted });
  const mounts: Mounted[] = [
    ...config.routes.map((route) => ({
      route,
      proxy: createProxy(route, config, shares, cache, observer(route.name)),
    })),
    ...features.flatMap(({ mounted }) => mounted ?? []),
  ];
  const upstreams = (): UpstreamView[] =>
    mounts.flatMap(({ route, proxy }) => proxy.upstreams.status().map((status) => viewOf(route.name, status)));
  const patch = patchUpstreams(mounts);
  for (const made of answers(await bus.ask(patchesSoFar, null, { to: 'primary' })).flat()) patch(made);
  const ends = [
    tiers.end,
    bus.handle(upstreamStatus, upstreams),
    followHealth(mounts, bus, logger),
    bus.handle(upstreamPatch, patch),
    ...mounts.map(({ proxy, route }) =>
      proxy.upstreams.listen((attempt) => traffic.route(route.name).attempted(attempt)),
    ),
  ];

  const shedder = new LoadShedder();
  const control = new CacheControl(kept, bus, config);
  const sampler = new Sampler({
    traffic,
    mounts,
    shedder,
    usable: tiers.states,
    tiers: () => control.tiers(),
    latency: kept.shared?.latency,
    streaming: features.find(({ streaming }) => streaming !== undefined)?.streaming,
  });
  ends.push(bus.handle(workerSample, () => sampler.sample()));
  const clients = new EventClients(bus);
  const own = createOwnPaths(context, {
    access: createManagementAccess(config.server, trusted, sessions),
    sessions,
    trusted,
    clients,
    control,
    features,
    health: {
      draining: () => draining === 'stop',
      upstreams,
      tiers: tiers.states,
      startedAt: new Date(),
    },
  });

  const managing = new InFlight();
  const dispatch = createDispatch({
    mounts,
    own: managing.counting(own.onPort),
    shedder,
    draining: () => draining !== undefined,
    ended: () => ended,
    prepared: !config.requestLog.serverTiming,
  });

  return {
    listener: watching.around(config.sample ? beforeSamplePages(dispatch) : dispatch),
    managementListener: watching.around(managing.counting(own.onManagementPort)),
    clientError: refuseUnreadable,
    start: async () => undefined,
    setDraining(reason) {
      draining = reason;
      // Streams without an end would be waited for.
      clients.close();
    },
    async stop() {
      clients.close();
      await Promise.all([shedder.idle(), managing.idle()]);
      ended = true;
      bus.broadcast(lastWords, sampler.counts(), 'primary');
      for (const end of ends) end();
      await Promise.all(mounts.map(({ proxy }) => proxy.close()));
      await Promise.all(features.map((feature) => feature.close()));
      await kept.close();
      shedder.close();
    },
  };
}
