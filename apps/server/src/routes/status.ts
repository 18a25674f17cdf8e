import { z } from 'zod';
import { alertShape, exampleAlert } from '../alerts/alert.js';
import { json } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import type { ConfigEntry } from '../config/entries.js';
import { answers, type Bus } from '../process/messages.js';
import { alertsNow, fleetStatus, upstreamStatus } from '../topics.js';
import { combineViews, type UpstreamView } from '../upstream-view.js';
import { VERSION } from '../version.js';
import { describeUpstream, exampleServer, upstreamServer, type UpstreamServer } from './upstream-server.js';
import { describeWorker, exampleWorker, workerShape } from './worker-shape.js';

const tag = 'Status';

const status = z
  .object({
    version: z.string(),
    node_version: z.string(),
    started_at: z.iso.datetime(),
    uptime_seconds: z.number().int(),
    workers: z.array(workerShape),
    upstream_groups: z.array(z.object({ name: z.string(), servers: z.array(upstreamServer) })),
    alerts: z.array(alertShape).describe('Those that are active'),
  })
  .meta({ id: 'Status' });
const configuration = z
  .record(z.string(), z.object({ value: z.unknown(), unit: z.string().optional(), source: z.string() }))
  .meta({ id: 'Configuration' });

/** `/status` and `/config`, right over all workers. */
export function statusRoutes(app: ManagementApp, bus: Bus, entries: readonly ConfigEntry[]): void {
  app.serve(
    {
      method: 'get',
      path: '/status',
      tag,
      summary: 'Show workers, upstreams and active alerts',
      answers: {
        200: json(status, 'The server at this moment', {
          version: '1.0.0',
          node_version: 'v22.0.0',
          started_at: '2026-01-01T00:00:00.000Z',
          uptime_seconds: 3600,
          workers: [exampleWorker],
          upstream_groups: [{ name: 'tmdb-image', servers: [exampleServer] }],
          alerts: [exampleAlert],
        }),
      },
    },
    async () => {
      const [fleet] = answers(await bus.ask(fleetStatus, null, { to: 'primary' }));
      const [alerts] = answers(await bus.ask(alertsNow, null, { to: 'primary' }));
      const views = combineViews(answers(await bus.ask(upstreamStatus, null, { to: 'workers' })).flat());
      const startedAt = fleet?.startedAt ?? new Date();
      return {
        version: VERSION,
        node_version: process.version,
        started_at: startedAt.toISOString(),
        uptime_seconds: Math.floor((Date.now() - startedAt.getTime()) / 1000),
        workers: (fleet?.workers ?? []).map(describeWorker),
        upstream_groups: groupsOf(views),
        alerts: alerts?.active ?? [],
      };
    },
  );

  app.serve(
    {
      method: 'get',
      path: '/config',
      tag,
      summary: 'Show the configuration in force, with where each value came from',
      description: 'Secrets are "[redacted]".',
      answers: {
        200: json(configuration, 'Every variable by name', {
          PORT: { value: 3000, source: 'default' },
          API_KEY: { value: '[redacted]', source: 'environment' },
        }),
      },
    },
    () =>
      Object.fromEntries(
        entries.map(({ variable, value, unit, source }) => [
          variable,
          { value, ...(unit === undefined ? {} : { unit }), source },
        ]),
      ),
  );
}

function groupsOf(views: readonly UpstreamView[]): { readonly name: string; readonly servers: UpstreamServer[] }[] {
  const names = [...new Set(views.map(({ group }) => group))];
  return names.map((name) => ({ name, servers: views.filter(({ group }) => group === name).map(describeUpstream) }));
}
