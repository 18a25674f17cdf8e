import { Problem, problemBody, problemHeaders, requestIdOf } from '@forebay/reverse-proxy';
import { ManagementApp } from '../api/management-app.js';
import type { Logger } from '../log/logger.js';
import { SIGN_IN_PAGE, SIGN_IN_POLICY } from '../middleware/sign-in-page.js';
import type { ManagementAccess } from '../middleware/management-access.js';

export type { ManagementApp };

/** An app with what all management endpoints share: request ids, who may call, and problems as RFC 9457 has them. */
export function createManagementApp(access: ManagementAccess, logger: Logger): ManagementApp {
  const app = new ManagementApp();
  app.use('*', async (c, next) => {
    const requestId = requestIdOf(c.req.header('x-request-id'));
    c.set('requestId', requestId);
    c.header('X-Request-Id', requestId);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Cache-Control', 'no-store');
    if (!app.isOpen(c.req.method, c.req.path)) access.check(c.env.incoming, c.req.path);
    await next();
  });
  app.notFound((c) => respond(app.refusal(c.req.method, c.req.path), c.get('requestId')));
  app.onError((error, c) => {
    const requestId = c.get('requestId') ?? requestIdOf(undefined);
    if (error instanceof Problem) {
      const page = error.code === 'api-key-required' && c.req.method === 'GET' && wantsPage(c.req.header('accept'));
      return page ? askForKey(error, requestId) : respond(error, requestId);
    }
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

/** What browsers send when somebody opens a page. */
const wantsPage = (accept: string | undefined): boolean => accept?.includes('text/html') === true;

/** The refusal as a page to sign in on, which then shows what was asked for. */
function askForKey(problem: Problem, requestId: string): Response {
  return new Response(SIGN_IN_PAGE, {
    status: problem.status,
    headers: {
      ...problemHeaders(problem),
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': SIGN_IN_POLICY,
      'x-request-id': requestId,
    },
  });
}
