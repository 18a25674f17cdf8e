import { getRequestListener } from '@hono/node-server';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AllowList } from '@forebay/guard';
import { nextRequestId, Problem } from '@forebay/reverse-proxy';
import { plain } from './api/endpoint.js';
import type { ManagementApp } from './api/management-app.js';
import { proxiedRoute } from './api/proxied.js';
import type { CacheControl } from './cache-control.js';
import { UpstreamNodes } from './cascade/upstream-nodes.js';
import type { EventClients } from './history/event-clients.js';
import type { NodeContext } from './process/roles.js';
import type { ManagementAccess } from './middleware/management-access.js';
import { refuse } from './middleware/refuse.js';
import type { Sessions } from './middleware/sessions.js';
import type { Feature } from './parts/feature.js';
import { cacheRoutes } from './routes/cache.js';
import { eventRoutes } from './routes/events.js';
import { healthRoutes, type HealthSources } from './routes/health.js';
import { metricsRoutes } from './routes/metrics.js';
import { monitorRoutes } from './routes/monitor.js';
import { openApiRoutes } from './routes/openapi.js';
import { createManagementApp, respond } from './routes/management.js';
import { sessionRoutes } from './routes/session.js';
import { statsRoutes } from './routes/stats.js';
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
  /** Who listens to `/api/v1/events`. */
  readonly clients: EventClients;
  /** Sign-ins; undefined without an API key. */
  readonly sessions: Sessions | undefined;
  readonly trusted: AllowList;
  readonly features: readonly Feature[];
  readonly health: HealthSources;
}

/** With `MANAGEMENT_PORT` the management interface is there and nowhere else; health is on both. */
export function createOwnPaths({ bus, config, entries, logger }: NodeContext, parts: OwnParts): OwnPaths {
  const { access, clients, control, features, health, sessions, trusted } = parts;
  const management = createManagementApp(access, logger);
  forAnyone(management, health);
  statusRoutes(management, bus, entries);
  statsRoutes(management, bus);
  metricsRoutes(management, bus);
  eventRoutes(management, bus, clients);
  monitorRoutes(management);
  sessionRoutes(management, { apiKey: config.server.apiKey, bus, sessions, trusted });
  const nodes = new UpstreamNodes(config);
  cacheRoutes(management, control, nodes);
  upstreamRoutes(management, bus, nodes);
  for (const { routes } of features) routes?.(management);
  const proxied = [...config.routes.map(proxiedRoute), ...features.flatMap((feature) => feature.proxied ?? [])];
  openApiRoutes(management, proxied);
  const onManagementPort = listenerOf(management);
  if (config.server.managementPort === undefined) return { onPort: onManagementPort, onManagementPort };
  const open = createManagementApp({ check: () => undefined }, logger);
  forAnyone(open, health);
  for (const { openRoutes } of features) openRoutes?.(open);
  return { onPort: listenerOf(open), onManagementPort };
}

function forAnyone(app: ManagementApp, health: HealthSources): void {
  healthRoutes(app, health);
  const bare = { method: 'get', tag: 'Serving', access: 'anyone' } as const;
  const robots = { 200: plain('Disallows everything', 'text/plain') };
  app.serve({ ...bare, path: '/robots.txt', summary: 'Keep crawlers out', answers: robots }, ({ c }) =>
    c.text('User-agent: *\nDisallow: /\n'),
  );
  const icon = { 204: plain('There is none') };
  app.serve({ ...bare, path: '/favicon.ico', summary: 'Tell browsers that there is no icon', answers: icon }, ({ c }) =>
    c.body(null, 204),
  );
}

function listenerOf(app: ManagementApp): RequestListener {
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    // For those who name none, as HTTP/1.0 allows: the probes of load balancers. Who may call goes by the header itself.
    hostname: 'localhost',
    errorHandler: () =>
      respond(new Problem(400, 'bad-request', 'the request target or the Host cannot be read'), nextRequestId()),
  });
  return (incoming, response) => {
    if (namesOneHost(incoming)) void listener(incoming, response);
    else refuse(incoming, response, new Problem(400, 'bad-request', 'the request names more than one Host'));
  };
}

/** RFC 9112 section 3.2: Node keeps the first and says nothing of the others. */
function namesOneHost({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.toLowerCase() === 'host') hosts += 1;
  return hosts <= 1;
}
