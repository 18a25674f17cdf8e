import { z } from 'zod';
import { isPlainPath, addressPrefix } from '@forebay/guard';
import { parseTarget, Problem } from '@forebay/reverse-proxy';
import { json, plain } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import type { HlsDesk } from '../parts/hls-desk.js';
import {
  allowed,
  describeAllowed,
  describeSession,
  describeTraffic,
  describeTransfer,
  exampleAllowed,
  exampleSession,
  exampleTraffic,
  exampleTransfer,
  session,
  transfer,
  userTraffic,
} from './hls-shape.js';

const tag = 'HLS';

const text = z.string().min(1).max(256);
const uid = text
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'must not hold control characters or halves of characters')
  .refine((name) => !name.includes(':/'), 'must not hold ":/"');
const ip = z.string().refine((address) => addressPrefix(address) !== undefined, 'must be an IP address');
const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('Most in the answer'),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0).describe('How many to skip'),
};
const listing = z.object({ uid: text.optional().describe('Only those of this user'), ...page });
const one = z.object({ id: text });
const trafficQuery = z.object({ uid: text.optional(), limit: page.limit });
const allowing = z
  .strictObject({
    uid,
    path: z
      .string()
      .max(2048)
      .refine(isPlainPath, 'must be a path below the mount, such as /live, without "..", "%2f" and the like'),
    client_ip: ip,
    user_agent: z.string().min(1).max(512).optional().describe('Exactly this one'),
    ttl_seconds: z.int().min(1).max(31_536_000).optional().describe('Left out: until it is removed'),
  })
  .meta({ examples: [{ uid: 'anna', path: '/live', client_ip: '192.0.2.7', ttl_seconds: 3600 }] });
const question = z.object({
  url: z.string().min(1).max(8192).describe('What the player would ask for: /hls/live/main.m3u8?uid=…'),
  ip,
  ua: z.string().max(512).optional().describe('Its User-Agent'),
});

const sessionPage = json(
  z.object({
    sessions: z.array(session),
    total: z.number().int(),
    limit: z.number().int(),
    offset: z.number().int(),
    state: z.enum(['connected', 'lost']).describe('lost: what all agree on cannot be reached, so this is not all'),
  }),
  'Those that watch now, the latest seen first',
  { sessions: [exampleSession], total: 1, limit: 100, offset: 0, state: 'connected' },
);
const transferList = json(z.object({ transfers: z.array(transfer) }), 'Over all workers of this node', {
  transfers: [exampleTransfer],
});
const trafficList = json(
  z.object({
    users: z.array(userTraffic),
    reporting: z
      .object({
        last_reported_at: z.iso.datetime().nullable(),
        failures: z.number().int().describe('In a row'),
        last_error: z.string().nullable(),
        unattributed_bytes: z.number().int().describe('Reported without the names of users, who were too many'),
      })
      .nullable()
      .describe('null where traffic is not reported'),
  }),
  'Bytes a user, most first',
  { users: [exampleTraffic], reporting: null },
);
const allowList = json(z.object({ entries: z.array(allowed) }), 'Those that have not ended', {
  entries: [exampleAllowed],
});
const explanation = json(
  z.object({
    allowed: z.boolean(),
    reason: z.string(),
    by: z.enum(['grant', 'token', 'allow-list', 'anyone']).nullable(),
    code: z.string().nullable(),
    session_id: z.string().nullable(),
    uid: z.string().nullable(),
    kind: z.string().nullable(),
    resource: z.string().nullable().describe('What the origin would be asked for, without its query'),
  }),
  'What would be decided, and why',
  {
    allowed: false,
    reason: 'the token has expired',
    by: null,
    code: 'expired-token',
    session_id: null,
    uid: null,
    kind: null,
    resource: null,
  },
);

const NO_HLS = 'No HLS upstreams are configured, or there is no such thing';
const AWAY = 'What all workers and nodes agree on cannot be reached; Retry-After says when to come again';

/** `/api/v1/hls/*`: who watches what, and who may. */
export function hlsRoutes(app: ManagementApp, desk: HlsDesk | undefined): void {
  const ask = async <T>(question: (open: HlsDesk) => Promise<T>): Promise<T> => {
    if (desk === undefined)
      throw new Problem(404, 'no-hls', 'there is no HLS without upstreams: set HLS_UPSTREAM_SERVERS');
    return question(desk).catch((error: unknown) => {
      if (error instanceof Problem) throw error;
      throw new Problem(503, 'sessions-unavailable', 'what all workers agree on cannot be reached', {
        cause: error,
        retryAfterMs: 1000,
      });
    });
  };
  const missing = (what: string, id: string): Problem =>
    new Problem(404, `no-such-${what}`, `there is no ${what} ${JSON.stringify(id)}`);

  app.serve(
    {
      method: 'get',
      path: '/api/v1/hls/sessions',
      tag,
      summary: 'List who watches',
      query: listing,
      answers: { 200: sessionPage },
      problems: { 404: NO_HLS, 503: AWAY },
    },
    async ({ query: { limit, offset, uid: of } }) => {
      const found = await ask((open) => open.list({ uid: of, limit, offset }));
      return {
        sessions: found.sessions.map(describeSession),
        total: found.total,
        limit,
        offset,
        state: desk?.state() ?? 'lost',
      };
    },
  );
  app.serve(
    {
      method: 'delete',
      path: '/api/v1/hls/sessions/{id}',
      tag,
      summary: 'End a session at once',
      description:
        'Its transfers are cut and its URIs refused. The viewer may open another one with a token that has not ended.',
      params: one,
      answers: { 204: plain('It has ended') },
      problems: { 404: NO_HLS, 503: AWAY },
    },
    async ({ c, params: { id } }) => {
      if (!(await ask((open) => open.end(id)))) throw missing('session', id);
      return c.body(null, 204);
    },
  );
  app.serve(
    {
      method: 'get',
      path: '/api/v1/hls/transfers',
      tag,
      summary: 'List what is being sent',
      answers: { 200: transferList },
      problems: { 404: NO_HLS },
    },
    async () => ({ transfers: (await ask((open) => open.transfers())).map(describeTransfer) }),
  );
  app.serve(
    {
      method: 'get',
      path: '/api/v1/hls/traffic',
      tag,
      summary: 'Tell bytes a user',
      query: trafficQuery,
      answers: { 200: trafficList },
      problems: { 404: NO_HLS, 503: AWAY },
    },
    async ({ query }) => {
      const { users, reporting } = await ask((open) => open.traffic(query));
      return {
        users: users.map(describeTraffic),
        reporting:
          reporting === undefined
            ? null
            : {
                last_reported_at:
                  reporting.lastReportedAt === undefined ? null : new Date(reporting.lastReportedAt).toISOString(),
                failures: reporting.failures,
                last_error: reporting.lastError ?? null,
                unattributed_bytes: reporting.unattributedBytes,
              },
      };
    },
  );
  app.serve(
    {
      method: 'get',
      path: '/api/v1/hls/allowlist',
      tag,
      summary: 'List the addresses that may watch without a token',
      answers: { 200: allowList },
      problems: { 404: NO_HLS, 503: AWAY },
    },
    async () => ({ entries: (await ask((open) => open.allowed())).map(describeAllowed) }),
  );
  app.serve(
    {
      method: 'post',
      path: '/api/v1/hls/allowlist',
      tag,
      summary: 'Let an address watch without a token',
      description: 'Opens the path, and what is below it, to the /24 or /64 of the address.',
      body: allowing,
      answers: { 201: json(allowed, 'The entry', exampleAllowed) },
      problems: { 404: NO_HLS, 409: 'The list is full', 503: AWAY },
    },
    async ({ body }) => {
      const entry = await ask((open) =>
        open.allow({
          uid: body.uid,
          path: body.path,
          address: body.client_ip,
          userAgent: body.user_agent,
          lifetime: body.ttl_seconds === undefined ? undefined : body.ttl_seconds * 1000,
        }),
      );
      if (entry === undefined) throw new Problem(409, 'allow-list-full', 'the allow list is full');
      return describeAllowed(entry);
    },
  );
  app.serve(
    {
      method: 'delete',
      path: '/api/v1/hls/allowlist/{id}',
      tag,
      summary: 'Remove an entry, and end the sessions that it let in',
      params: one,
      answers: { 204: plain('It is removed') },
      problems: { 404: NO_HLS, 503: AWAY },
    },
    async ({ c, params: { id } }) => {
      if (!(await ask((open) => open.disallow(id)))) throw missing('entry', id);
      return c.body(null, 204);
    },
  );
  app.serve(
    {
      method: 'get',
      path: '/api/v1/hls/debug',
      tag,
      summary: 'Say what would be decided about a request, and why',
      description: 'Nothing is opened or counted, and no secret is shown.',
      query: question,
      answers: { 200: explanation },
      problems: { 404: NO_HLS },
    },
    async ({ query }) => {
      const told = await ask(async (open) =>
        open.explain({ target: targetOf(query.url, open.mount), address: query.ip, userAgent: query.ua }),
      );
      return {
        allowed: told.allowed,
        reason: told.reason,
        by: told.by ?? null,
        code: told.code ?? null,
        session_id: told.sessionId ?? null,
        uid: told.uid ?? null,
        kind: told.kind ?? null,
        resource: told.resource ?? null,
      };
    },
  );
}

/** Below the mount. @throws {Problem} 400 naming the parameter */
function targetOf(url: string, mount: string): { readonly path: string; readonly query: string } {
  const { path, query } = parseTarget(url);
  if (!path.startsWith(mount)) throw new Problem(400, 'bad-parameter', `url: must be a URL below ${mount}`);
  return { path: path.slice(mount.length - 1), query };
}
