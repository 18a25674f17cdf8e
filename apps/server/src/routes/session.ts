import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { clientAddress, constantTimeEqual, type AllowList } from '@forebay/guard';
import { Problem } from '@forebay/reverse-proxy';
import { json, plain } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import { FailureLimit } from '../middleware/failure-limit.js';
import { isSameOrigin } from '../middleware/same-origin.js';
import { SESSION_COOKIE, SESSION_SECONDS, type Sessions } from '../middleware/sessions.js';
import type { Bus } from '../process/messages.js';
import { sessionEnded, signInRefused } from '../topics.js';

const path = '/api/v1/session';
const tag = 'Dashboard';

const credentials = z
  .strictObject({ api_key: z.string().min(1).max(4096) })
  .meta({ examples: [{ api_key: 'the value of API_KEY' }] });
const session = z.object({ expires_at: z.iso.datetime() });
const example = { expires_at: '2026-01-01T12:00:00.000Z' };

export interface SessionParts {
  readonly apiKey: string | undefined;
  readonly bus: Bus;
  readonly sessions: Sessions | undefined;
  readonly trusted: AllowList;
}

/** `/api/v1/session`: the dashboard's sign-in. The browser keeps a cookie that no script can read. */
export function sessionRoutes(app: ManagementApp, { apiKey, bus, sessions, trusted }: SessionParts): void {
  const limit = new FailureLimit();
  // Connections go to any worker: who guesses would have as many tries at each of them.
  bus.handle(signInRefused, ({ client }) => limit.failed(client));

  app.serve(
    {
      method: 'post',
      path,
      tag,
      access: 'anyone',
      summary: 'Sign in with the API key',
      description: 'Sets an HttpOnly, SameSite=Strict cookie that opens the management interface for twelve hours.',
      body: credentials,
      answers: { 200: { ...json(session, 'Signed in', example), headers: { 'Set-Cookie': SESSION_COOKIE } } },
      problems: {
        401: 'The key is wrong',
        403: 'The request comes from another site',
        409: 'No API key is set: there is nothing to sign in to',
        429: 'Too many wrong keys; Retry-After says when to come again',
      },
    },
    ({ body, c }) => {
      const { incoming } = c.env;
      const fetched = incoming.headers['sec-fetch-site'] ?? incoming.headers.origin;
      if (fetched !== undefined && !isSameOrigin(incoming))
        throw new Problem(403, 'cross-site', 'a page of another site cannot sign in here');
      if (apiKey === undefined || sessions === undefined)
        throw new Problem(409, 'no-api-key', 'no API_KEY is set: there is nothing to sign in to');
      const client = addressOf(incoming, trusted);
      const retryAfterMs = limit.wait(client);
      if (retryAfterMs > 0)
        throw new Problem(429, 'too-many-failures', 'too many wrong keys; wait before the next', { retryAfterMs });
      if (!constantTimeEqual(body.api_key, apiKey)) {
        limit.failed(client);
        bus.broadcast(signInRefused, { client }, 'others');
        throw new Problem(401, 'wrong-api-key', 'this is not the API key');
      }
      const { expires, token } = sessions.open();
      c.header('Set-Cookie', cookie(token, SESSION_SECONDS, isSecure(incoming, trusted)));
      return { expires_at: new Date(expires * 1000).toISOString() };
    },
  );

  app.serve(
    {
      method: 'get',
      path,
      tag,
      summary: 'Tell until when the session lasts',
      description: 'null where the request came with the key itself, or needs none.',
      answers: { 200: json(z.object({ expires_at: z.iso.datetime().nullable() }), 'The caller may call', example) },
    },
    ({ c }) => {
      const expires = sessions?.of(c.env.incoming)?.expires;
      return { expires_at: expires === undefined ? null : new Date(expires * 1000).toISOString() };
    },
  );

  app.serve(
    { method: 'delete', path, tag, summary: 'Sign out', answers: { 204: plain('The session is ended, everywhere') } },
    ({ c }) => {
      const { incoming } = c.env;
      const current = sessions?.of(incoming);
      if (current !== undefined) {
        sessions?.end(current);
        bus.broadcast(sessionEnded, current);
      }
      c.header('Set-Cookie', cookie('', 0, isSecure(incoming, trusted)));
      return c.body(null, 204);
    },
  );
}

const cookie = (token: string, seconds: number, secure: boolean): string =>
  `${SESSION_COOKIE}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

const addressOf = ({ headers, socket }: IncomingMessage, trusted: AllowList): string =>
  clientAddress({ remoteAddress: socket.remoteAddress ?? '', headers, trusted }) ?? '';

/** Whether the client came by TLS, to this server or to a proxy that is believed. */
function isSecure({ headers, socket }: IncomingMessage, trusted: AllowList): boolean {
  if ('encrypted' in socket && socket.encrypted === true) return true;
  return trusted.contains(socket.remoteAddress ?? '') && headers['x-forwarded-proto'] === 'https';
}
