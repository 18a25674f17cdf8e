import { z } from 'zod';
import { json } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import type { CacheControl } from '../cache-control.js';
import type { UpstreamNodes } from '../cascade/upstream-nodes.js';

const tag = 'Cache';

const listing = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(10).describe('Most keys in the answer'),
  offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0).describe('Keys to skip'),
});
const search = listing.extend({ q: z.string().min(1).max(4096).describe('What the keys contain') });
const clearing = z.object({
  type: z.enum(['memory', 'l2', 'disk', 'redis', 'all']).default('all').describe('l2 is whatever is below memory'),
  cascade: z.enum(['true', 'false']).default('false').describe('Also ask upstreams that are Forebay nodes'),
  hops: z.coerce
    .number()
    .int()
    .min(1)
    .max(8)
    .default(4)
    .describe('How far a cascade goes: upstreams that name each other must not go on for ever'),
});
const purging = z
  .strictObject({
    keys: z.array(z.string().min(1).max(4096)).min(1).max(10_000).optional(),
    prefix: z.string().min(1).max(4096).optional(),
    tags: z.array(z.string().min(1).max(256)).min(1).max(1000).optional(),
  })
  .refine((selection) => Object.values(selection).some((part) => part !== undefined), {
    message: 'name keys, a prefix or tags',
  })
  .meta({ examples: [{ prefix: '/t/p/w500/' }, { keys: ['tmdb-image:/t/p/w92/a.jpg'] }] });

const rates = {
  hits: z.number().int(),
  misses: z.number().int(),
  hit_rate: z.number().describe('Share of hits, from 0 to 1'),
};
const cacheInfo = z
  .object({
    cache_enabled: z.boolean(),
    architecture: z.string(),
    memory_cache: z.object({
      enabled: z.boolean(),
      ...rates,
      current_size: z.number().int().describe('Entries'),
      max_size: z.number().int().describe('Most entries'),
      total_size: z.number().int().describe('Bytes'),
      max_bytes: z.number().int(),
      evictions: z.number().int(),
    }),
    l2_cache: z.object({
      type: z.string().describe('disk, redis or none'),
      state: z.string().describe('connected or disconnected; for Redis also connecting or fallback; disabled for none'),
      nodes: z.array(z.string()).optional().describe('Redis nodes'),
      bus_state: z.string().optional().describe('Whether this worker hears what other nodes remove'),
      hits: rates.hits.optional(),
      misses: rates.misses.optional(),
      hit_rate: rates.hit_rate.optional(),
      current_size: z.number().int().optional().describe('Entries'),
      total_size: z.number().int().optional().describe('Bytes'),
      max_bytes: z.number().int().nullable().optional(),
      evictions: z.number().int().optional(),
      last_error: z.string().nullable().optional(),
    }),
  })
  .meta({ id: 'CacheInfo' });
const keyPage = z
  .object({
    keys: z.array(
      z.object({
        key: z.string(),
        content_type: z.string().nullable(),
        size_bytes: z.number().int(),
        tiers: z.array(z.string()),
        expires_at: z.iso.datetime(),
      }),
    ),
    total: z.number().int(),
    limit: z.number().int(),
    offset: z.number().int(),
  })
  .meta({ id: 'CachedKeys' });

const cleared = z.object({
  cleared: z.array(z.string()).describe('The tiers that were cleared'),
  entries: z.number().int(),
  upstreams: z
    .array(
      z.object({
        url: z.string(),
        version: z.string(),
        cleared: z.array(z.string()).optional(),
        entries: z.number().int().optional(),
        error: z.string().optional(),
        upstreams: z.array(z.unknown()).optional(),
      }),
    )
    .optional()
    .describe('What each upstream said, with cascade=true'),
});

/** `/cache/*`: what is kept, over all workers, and how to be rid of it. */
export function cacheRoutes(app: ManagementApp, control: CacheControl, nodes: UpstreamNodes): void {
  app.serve(
    {
      method: 'get',
      path: '/cache/info',
      tag,
      summary: 'Tell what the cache holds, tier by tier',
      answers: { 200: json(cacheInfo, 'Both tiers, over all workers', exampleInfo) },
    },
    () => control.info(),
  );
  const keys = json(keyPage, 'A page of keys', {
    keys: [
      {
        key: 'tmdb-image:/t/p/w92/poster.jpg',
        content_type: 'image/jpeg',
        size_bytes: 20_480,
        tiers: ['memory', 'disk'],
        expires_at: '2026-01-01T00:00:00.000Z',
      },
    ],
    total: 1,
    limit: 10,
    offset: 0,
  });
  app.serve(
    { method: 'get', path: '/cache/keys', tag, summary: 'List cached keys', query: listing, answers: { 200: keys } },
    async ({ query: { limit, offset } }) => ({ ...(await control.keys({ limit, offset })), limit, offset }),
  );
  app.serve(
    {
      method: 'get',
      path: '/cache/search',
      tag,
      summary: 'List cached keys that contain a text',
      query: search,
      answers: { 200: keys },
    },
    async ({ query: { limit, offset, q } }) => ({
      ...(await control.keys({ limit, offset, contains: q })),
      limit,
      offset,
    }),
  );
  app.serve(
    {
      method: 'post',
      path: '/cache/clear',
      tag,
      summary: 'Clear the cache, or one tier of it',
      description: 'Clears in all workers and, through Redis, in all nodes.',
      query: clearing,
      answers: { 200: json(cleared, 'What was cleared', { cleared: ['memory', 'disk'], entries: 120 }) },
    },
    async ({ query: { type, cascade, hops } }) => {
      // Upstreams first: what is fetched from them meanwhile must not be what they are about to forget.
      const upstreams = cascade === 'true' ? await nodes.clear(type, hops) : undefined;
      const done = await control.clear(type);
      return upstreams === undefined ? done : { ...done, upstreams };
    },
  );
  app.serve(
    {
      method: 'post',
      path: '/cache/purge',
      tag,
      summary: 'Remove entries by key, prefix or tag',
      description: 'Keys and prefixes that begin with a slash are paths: they are purged in every route.',
      body: purging,
      answers: { 200: json(z.object({ purged: z.number().int() }), 'How many entries were removed', { purged: 3 }) },
    },
    async ({ body }) => ({ purged: await control.purge(body) }),
  );
}

const exampleInfo = {
  cache_enabled: true,
  architecture: 'L1 (Memory) + L2 (Redis/Disk)',
  memory_cache: {
    enabled: true,
    hits: 950,
    misses: 50,
    hit_rate: 0.95,
    current_size: 40,
    max_size: 1000,
    total_size: 819_200,
    max_bytes: 268_435_456,
    evictions: 0,
  },
  l2_cache: {
    type: 'redis',
    nodes: ['redis1:6379'],
    state: 'connected',
    bus_state: 'connected',
    hits: 10,
    misses: 40,
    hit_rate: 0.2,
    current_size: 40,
    total_size: 819_200,
    max_bytes: null,
    evictions: 0,
    last_error: null,
  },
};
