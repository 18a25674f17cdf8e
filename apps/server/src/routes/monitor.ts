import type { Context } from 'hono';
import { z } from 'zod';
import { plain } from '../api/endpoint.js';
import type { ManagementApp, ManagementEnv } from '../api/management-app.js';
import { builtPages } from '../assets.js';
import { staticPages } from '../parts/static-files.js';

const tag = 'Dashboard';

/** `/monitor`: the dashboard's page and what it is made of. All that it shows, it asks for from the other endpoints. */
export function monitorRoutes(app: ManagementApp, root: URL = builtPages('dashboard')): void {
  const pages = staticPages({ root, prefix: '/monitor/', pages: { '/monitor': 'index.html' } });
  const serve = async ({ c }: { readonly c: Context<ManagementEnv> }): Promise<Response> => {
    const answer = await pages.fetch(c.req.raw);
    answer.headers.set('x-request-id', c.get('requestId'));
    return answer;
  };
  const shared = { method: 'get', tag, problems: { 503: 'The page has not been built' } } as const;
  app.serve(
    {
      ...shared,
      path: '/monitor',
      summary: 'Show the dashboard',
      answers: { 200: plain('A page that follows /api/v1/events', 'text/html') },
    },
    serve,
  );
  app.serve(
    {
      ...shared,
      path: '/monitor/assets/{file}',
      summary: "Serve the dashboard's scripts and styles",
      params: z.object({ file: z.string().min(1).max(256) }),
      answers: { 200: plain('A file', 'text/javascript', 'text/css') },
      problems: { ...shared.problems, 404: 'There is no such file' },
    },
    serve,
  );
  app.serve(
    {
      ...shared,
      path: '/monitor/icon.svg',
      summary: "Serve the dashboard's icon",
      answers: { 200: plain('A picture', 'image/svg+xml') },
    },
    serve,
  );
}
