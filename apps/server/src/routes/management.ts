import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { Problem, problemBody, problemHeaders, requestIdOf } from '@forebay/reverse-proxy';
import type { Logger } from '../log/logger.js';
import type { ManagementAccess } from '../middleware/management-access.js';

export interface ManagementEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string };
}

export type ManagementApp = Hono<ManagementEnv>;

// What anyone may ask: the health of the process, and what browsers and crawlers ask for on their own.
const OPEN = /^\/(?:health(?:\/(?:live|ready))?|favicon\.ico|robots\.txt)$/;

/** Room for the longest list of keys that may be purged at once, were they of the usual length. */
const MOST_BODY_BYTES = 4 * 1024 * 1024;

/** An app with what all management endpoints share: request ids, who may call, and problems as RFC 9457 has them. */
export function createManagementApp(access: ManagementAccess, logger: Logger): ManagementApp {
  const app: ManagementApp = new Hono<ManagementEnv>();
  app.use('*', async (c, next) => {
    const requestId = requestIdOf(c.req.header('x-request-id'));
    c.set('requestId', requestId);
    c.header('X-Request-Id', requestId);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Cache-Control', 'no-store');
    if (!OPEN.test(c.req.path)) access.check(c.env.incoming, c.req.path);
    await next();
  });
  app.use(
    '*',
    bodyLimit({
      maxSize: MOST_BODY_BYTES,
      onError: () => {
        throw new Problem(413, 'body-too-large', `a body has at most ${MOST_BODY_BYTES} bytes here`);
      },
    }),
  );
  app.notFound((c) => respond(new Problem(404, 'not-found', `there is nothing at ${c.req.path}`), c.get('requestId')));
  app.onError((error, c) => {
    const requestId = c.get('requestId') ?? requestIdOf(undefined);
    if (error instanceof Problem) return respond(error, requestId);
    logger.error(
      { event: 'management_failed', err: error, request_id: requestId, path: c.req.path },
      'a management request failed',
    );
    return respond(
      new Problem(500, 'internal-error', 'the request failed here; the log has the details under its request id'),
      requestId,
    );
  });
  return app;
}

/** A problem as a response. */
export function respond(problem: Problem, requestId: string): Response {
  return new Response(problemBody(problem, requestId), {
    status: problem.status,
    headers: { ...problemHeaders(problem), 'x-request-id': requestId },
  });
}

/** 405 for whatever a path does not answer. */
export function onlyMethods(app: ManagementApp, path: string, ...allowed: readonly string[]): void {
  app.all(path, (c) => {
    const allow = allowed.join(', ');
    throw new Problem(405, 'method-not-allowed', `${path} answers ${allow}, not ${c.req.method}`, {
      headers: { allow },
    });
  });
}
