import { z } from 'zod';
import { Problem } from '@forebay/reverse-proxy';
import { json } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import type { UpstreamNodes } from '../cascade/upstream-nodes.js';
import { answers, type Bus } from '../process/messages.js';
import { upstreamPatch, upstreamStatus, type UpstreamPatch } from '../topics.js';
import { combineViews } from '../upstream-view.js';
import { describeUpstream, exampleServer, upstreamServer, type UpstreamServer } from './upstream-server.js';

const tag = 'Upstreams';

const one = z.object({
  group: z.string().min(1).max(256).describe("The route's name"),
  name: z.string().min(1).max(256).describe("The server's name: its host, and its port if it has one"),
});
const patch = z
  .strictObject({
    weight: z.number().positive().max(1_000_000).optional(),
    priority: z.number().int().min(1).max(1000).optional(),
    enabled: z.boolean().optional().describe('false drains it: what is under way ends in peace'),
  })
  .refine((changes) => Object.values(changes).some((change) => change !== undefined), {
    message: 'name a weight, a priority or enabled',
  })
  .meta({ examples: [{ weight: 2 }, { enabled: false }] });
const nodeList = z.object({
  upstreams: z.array(
    z.object({
      group: z.string(),
      name: z.string(),
      url: z.string(),
      forebay: z.boolean(),
      version: z.string().nullable(),
      error: z.string().nullable().describe('Why it could not be asked'),
    }),
  ),
});

/**
 * `/upstream`: which upstreams are Forebay nodes themselves. `/api/v1/upstreams/*`: changes to upstreams at run time, in
 * all workers; the configuration has its way again after a reload.
 */
export function upstreamRoutes(app: ManagementApp, bus: Bus, nodes: UpstreamNodes): void {
  app.serve(
    {
      method: 'get',
      path: '/upstream',
      tag,
      summary: 'Tell which upstreams are Forebay nodes themselves',
      description: 'Asks each of them; they say so in Via.',
      answers: {
        200: json(nodeList, 'Every upstream of every route', {
          upstreams: [
            {
              group: 'tmdb-image',
              name: 'edge.example',
              url: 'https://edge.example',
              forebay: true,
              version: '1.0.0',
              error: null,
            },
          ],
        }),
      },
    },
    async () => ({
      upstreams: (await nodes.look()).map(({ group, name, url, version, error }) => ({
        group,
        name,
        url,
        forebay: version !== undefined,
        version: version ?? null,
        error: error ?? null,
      })),
    }),
  );

  const shared = {
    tag,
    params: one,
    answers: { 200: json(upstreamServer, 'The server as it is now', exampleServer) },
    problems: { 404: 'There is no such upstream' },
  } as const;
  app.serve(
    {
      ...shared,
      method: 'patch',
      path: '/api/v1/upstreams/{group}/{name}',
      summary: 'Change the weight or priority of an upstream, or drain it',
      description: 'In all workers, until the configuration is reloaded.',
      body: patch,
    },
    ({ params, body: { weight, priority, enabled } }) =>
      change(bus, {
        ...params,
        ...(weight === undefined ? {} : { weight }),
        ...(priority === undefined ? {} : { priority }),
        ...(enabled === undefined ? {} : { enabled }),
      }),
  );
  app.serve(
    {
      ...shared,
      method: 'post',
      path: '/api/v1/upstreams/{group}/{name}/reset',
      summary: 'Close the circuit of an upstream and forget what was learned about it',
    },
    ({ params }) => change(bus, { ...params, reset: true }),
  );
}

async function change(bus: Bus, wanted: UpstreamPatch): Promise<UpstreamServer> {
  const { group, name } = wanted;
  const found = answers(await bus.ask(upstreamPatch, wanted)).some(Boolean);
  const views = combineViews(answers(await bus.ask(upstreamStatus, null, { to: 'workers' })).flat());
  const view = views.find((each) => each.group === group && each.name === name);
  if (!found || view === undefined)
    throw new Problem(
      404,
      'no-such-upstream',
      `there is no upstream ${JSON.stringify(name)} in ${JSON.stringify(group)}`,
    );
  return describeUpstream(view);
}
