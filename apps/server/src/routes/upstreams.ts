import { z } from 'zod';
import { Problem } from '@forebay/reverse-proxy';
import type { UpstreamNodes } from '../cascade/upstream-nodes.js';
import { answers, type Bus } from '../process/messages.js';
import { upstreamPatch, upstreamStatus, type UpstreamPatch } from '../topics.js';
import { combineViews } from '../upstream-view.js';
import { onlyMethods, type ManagementApp } from './management.js';
import { parse } from './parse.js';
import { describeUpstream } from './status.js';

const patch = z
  .strictObject({
    weight: z.number().positive().max(1_000_000).optional(),
    priority: z.number().int().min(1).max(1000).optional(),
    enabled: z.boolean().optional(),
  })
  .refine((changes) => Object.values(changes).some((change) => change !== undefined), {
    message: 'name a weight, a priority or enabled',
  });

/**
 * `/upstream`: which upstreams are Forebay nodes themselves. `/api/v1/upstreams/*`: changes to upstreams at run time, in
 * all workers; the configuration has its way again after a reload.
 */
export function upstreamRoutes(app: ManagementApp, bus: Bus, nodes: UpstreamNodes): void {
  app.get('/upstream', async (c) => {
    const upstreams = (await nodes.look()).map(({ group, name, url, version, error }) => ({
      group,
      name,
      url,
      forebay: version !== undefined,
      version: version ?? null,
      error: error ?? null,
    }));
    return c.json({ upstreams });
  });
  onlyMethods(app, '/upstream', 'GET', 'HEAD');

  const one = '/api/v1/upstreams/:group/:name';
  const reset = `${one}/reset`;

  app.patch(one, async (c) => {
    const body: unknown = await c.req.json().catch(() => {
      throw new Problem(400, 'bad-body', 'the body is not JSON: {"weight":2,"priority":1,"enabled":true}');
    });
    const { weight, priority, enabled } = parse(patch, body);
    return c.json(
      await change(bus, {
        group: c.req.param('group'),
        name: c.req.param('name'),
        ...(weight === undefined ? {} : { weight }),
        ...(priority === undefined ? {} : { priority }),
        ...(enabled === undefined ? {} : { enabled }),
      }),
    );
  });
  app.post(reset, async (c) =>
    c.json(await change(bus, { group: c.req.param('group'), name: c.req.param('name'), reset: true })),
  );
  onlyMethods(app, one, 'PATCH');
  onlyMethods(app, reset, 'POST');
}

async function change(bus: Bus, wanted: UpstreamPatch): Promise<object> {
  const { group, name } = wanted;
  const found = answers(await bus.ask(upstreamPatch, wanted)).some(Boolean);
  if (!found)
    throw new Problem(
      404,
      'no-such-upstream',
      `there is no upstream ${JSON.stringify(name)} in ${JSON.stringify(group)}`,
    );
  const views = combineViews(answers(await bus.ask(upstreamStatus, null, { to: 'workers' })).flat());
  return views.filter((view) => view.group === group && view.name === name).map(describeUpstream)[0] ?? {};
}
