import type { Hono } from 'hono';
import { z } from 'zod';
import type { BullmqDriver } from '@forebay/image-proxy/bullmq';
import { isTaskError } from '@forebay/image-proxy/tasks';
import { Problem } from '@forebay/reverse-proxy';
import { plain, type Method } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import type { ManagementAccess } from '../middleware/management-access.js';
import { contentSecurityPolicy } from '../parts/content-security-policy.js';

const MOUNT = '/monitor/queues';

/** The page has styles within it, and its links are relative to its `<base>`. */
const POLICY = contentSecurityPolicy({ style: "'unsafe-inline'", img: 'data:' }).replace(
  "base-uri 'none'",
  "base-uri 'self'",
);

/** Fonts of another host, which is not to learn who looks at the queues. */
const FOREIGN_STYLES = /<link[^>]+href="https?:[^>]*>/g;

/** Bytes that the board has any use for. */
const MOST_BODY_BYTES = 1024 * 1024;

/** `/monitor/queues`: bull-board, which shows the queues in Redis and lets one retry, remove and pause. */
export function queueBoardRoutes(app: ManagementApp, access: ManagementAccess, queues: BullmqDriver | undefined): void {
  let made: Promise<Hono> | undefined;
  const board = async (): Promise<Hono> => {
    if (queues === undefined)
      throw new Problem(
        404,
        'no-queue-board',
        'the board shows task queues in Redis, and there are none: they take USE_REDIS and STORE_ENDPOINT; GET /api/v1/tasks lists tasks either way',
      );
    made ??= createBoard(queues);
    return made.catch((error: unknown) => {
      made = undefined;
      throw isTaskError(error) ? unavailable(error) : error;
    });
  };

  const serve = (method: Method, path: string, summary: string): void => {
    const endpoint = {
      method,
      path,
      tag: 'Tasks',
      summary,
      ...(path.includes('{') ? { params: z.object({ path: z.string().describe('As the page asks for it') }) } : {}),
      answers: { 200: plain("What the board's page is made of", 'text/html', 'application/json', '*/*') },
      problems: { 404: 'There are no queues in Redis', 503: 'Redis does not answer' },
    };
    app.serve(endpoint, async ({ c }) => {
      access.check(c.env.incoming, c.req.path);
      const response = await (await board()).fetch(c.req.raw);
      // All that fails there is Redis, and what the board says of it is for its maker.
      if (response.status >= 500) throw unavailable(new Error(`the queue board answered ${response.status}`));
      const headers = new Headers(response.headers);
      headers.set('content-security-policy', POLICY);
      headers.set('referrer-policy', 'same-origin');
      const isPage = headers.get('content-type')?.startsWith('text/html') === true;
      const body = isPage ? (await response.text()).replaceAll(FOREIGN_STYLES, '') : response.body;
      return new Response(body, { status: response.status, headers });
    });
  };
  serve('get', MOUNT, 'Show the queues (bull-board)');
  serve('get', `${MOUNT}/{path+}`, "Serve the queue board's files and data");
  for (const method of ['put', 'post', 'patch', 'delete'] as const)
    serve(method, `${MOUNT}/api/{path+}`, `Change what is in the queues, from the board (${method.toUpperCase()})`);
}

const unavailable = (cause: Error): Problem =>
  new Problem(503, 'tasks-unavailable', 'the task queues do not answer', { cause, retryAfterMs: 2000 });

async function createBoard(queues: BullmqDriver): Promise<Hono> {
  const [
    bullQueues,
    { Hono: App },
    { bodyLimit },
    { serveStatic },
    { createBullBoard },
    { BullMQAdapter },
    { HonoAdapter },
  ] = await Promise.all([
    queues.bullQueues(),
    import('hono'),
    import('hono/body-limit'),
    import('@hono/node-server/serve-static'),
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/hono'),
  ]);
  const adapter = new HonoAdapter(serveStatic).setBasePath(MOUNT);
  createBullBoard({
    queues: bullQueues.map((queue) => new BullMQAdapter(queue)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Forebay' } },
  });
  const app = new App();
  app.use('*', bodyLimit({ maxSize: MOST_BODY_BYTES }));
  app.route(MOUNT, adapter.registerPlugin());
  return app;
}
