import { getRequestListener } from '@hono/node-server';
import type { RequestListener } from 'node:http';
import { nextRequestId, Problem } from '@forebay/reverse-proxy';
import type { CacheControl } from './cache-control.js';
import { UpstreamNodes } from './cascade/upstream-nodes.js';
import type { NodeContext } from './process/roles.js';
import type { ManagementAccess } from './middleware/management-access.js';
import type { Feature } from './parts/feature.js';
import { cacheRoutes } from './routes/cache.js';
import { healthRoutes, type HealthSources } from './routes/health.js';
import { createManagementApp, onlyMethods, respond, type ManagementApp } from './routes/management.js';
import { statusRoutes } from './routes/status.js';
import { upstreamRoutes } from './routes/upstreams.js';

/** The server's own paths, by the port that they are asked for at. */
export interface OwnPaths {
  readonly onPort: RequestListener;
  readonly onManagementPort: RequestListener;
}

/** What answers them. */
export interface OwnParts {
  readonly access: ManagementAccess;
  readonly control: CacheControl;
  readonly features: readonly Feature[];
  readonly health: HealthSources;
}

/** With `MANAGEMENT_PORT` the management interface is there and nowhere else; health is on both. */
export function createOwnPaths({ bus, config, entries, logger }: NodeContext, parts: OwnParts): OwnPaths {
  const { access, control, features, health } = parts;
  const management = createManagementApp(access, logger);
  forAnyone(management, health);
  statusRoutes(management, bus, entries);
  const nodes = new UpstreamNodes(config);
  cacheRoutes(management, control, nodes);
  upstreamRoutes(management, bus, nodes);
  for (const { routes } of features) routes?.(management);
  const onManagementPort = listenerOf(management);
  if (config.server.managementPort === undefined) return { onPort: onManagementPort, onManagementPort };
  const open = createManagementApp({ check: () => undefined }, logger);
  forAnyone(open, health);
  return { onPort: listenerOf(open), onManagementPort };
}

function forAnyone(app: ManagementApp, health: HealthSources): void {
  healthRoutes(app, health);
  app.get('/robots.txt', (c) => c.text('User-agent: *\nDisallow: /\n'));
  app.get('/favicon.ico', (c) => c.body(null, 204));
  for (const path of ['/robots.txt', '/favicon.ico']) onlyMethods(app, path, 'GET', 'HEAD');
}

function listenerOf(app: ManagementApp): RequestListener {
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    // For those who name none, as HTTP/1.0 allows: the probes of load balancers. Who may call goes by the header itself.
    hostname: 'localhost',
    errorHandler: () =>
      respond(new Problem(400, 'bad-request', 'the request target or the Host cannot be read'), nextRequestId()),
  });
  return (incoming, response) => void listener(incoming, response);
}
