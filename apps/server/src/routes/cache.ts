import { z } from 'zod';
import { Problem } from '@forebay/reverse-proxy';
import type { CacheControl } from '../cache-control.js';
import type { UpstreamNodes } from '../cascade/upstream-nodes.js';
import { onlyMethods, type ManagementApp } from './management.js';
import { parse } from './parse.js';

const listing = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(10),
  offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
});
const search = listing.extend({ q: z.string().min(1).max(4096) });
const clearing = z.object({
  type: z.enum(['memory', 'l2', 'disk', 'redis', 'all']).default('all'),
  cascade: z.enum(['true', 'false']).default('false'),
  // How far a cascade goes: upstreams that name each other must not go on for ever.
  hops: z.coerce.number().int().min(1).max(8).default(4),
});
const purging = z
  .strictObject({
    keys: z.array(z.string().min(1).max(4096)).min(1).max(10_000).optional(),
    prefix: z.string().min(1).max(4096).optional(),
    tags: z.array(z.string().min(1).max(256)).min(1).max(1000).optional(),
  })
  .refine((selection) => Object.values(selection).some((part) => part !== undefined), {
    message: 'name keys, a prefix or tags',
  });

/** `/cache/*`: what is kept, over all workers, and how to be rid of it. */
export function cacheRoutes(app: ManagementApp, control: CacheControl, nodes: UpstreamNodes): void {
  app.get('/cache/info', async (c) => c.json(await control.info()));
  app.get('/cache/keys', async (c) => {
    const { limit, offset } = parse(listing, c.req.query());
    return c.json({ ...(await control.keys({ limit, offset })), limit, offset });
  });
  app.get('/cache/search', async (c) => {
    const { limit, offset, q } = parse(search, c.req.query());
    return c.json({ ...(await control.keys({ limit, offset, contains: q })), limit, offset });
  });
  app.post('/cache/clear', async (c) => {
    const { type, cascade, hops } = parse(clearing, c.req.query());
    // Upstreams first: what is fetched from them meanwhile must not be what they are about to forget.
    const upstreams = cascade === 'true' ? await nodes.clear(type, hops) : undefined;
    const cleared = await control.clear(type);
    return c.json(upstreams === undefined ? cleared : { ...cleared, upstreams });
  });
  app.post('/cache/purge', async (c) => {
    const body: unknown = await c.req.json().catch(() => {
      throw new Problem(400, 'bad-body', 'the body is not JSON: {"keys":[…]}, {"prefix":"…"} or {"tags":[…]}');
    });
    return c.json({ purged: await control.purge(parse(purging, body)) });
  });
  for (const path of ['/cache/info', '/cache/keys', '/cache/search']) onlyMethods(app, path, 'GET', 'HEAD');
  for (const path of ['/cache/clear', '/cache/purge']) onlyMethods(app, path, 'POST');
}
