import { z } from 'zod';
import { documentOf, type OpenApiDocument } from '../api/document.js';
import { json, plain, type Endpoint } from '../api/endpoint.js';
import type { ManagementApp } from '../api/management-app.js';
import { referencePage, REFERENCE_POLICY } from '../api/reference/page.js';
import type { Markup } from '../api/reference/schema.js';
import { VERSION } from '../version.js';

const document = z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) });

/**
 * `/openapi.json` and `/docs`: every endpoint of the app, those that come later included, and what is proxied beside it.
 */
export function openApiRoutes(app: ManagementApp, proxied: readonly Endpoint[]): void {
  const tag = 'Reference';
  let made: OpenApiDocument | undefined;
  const current = (): OpenApiDocument => (made ??= documentOf([...proxied, ...app.endpoints], VERSION));
  let page: Markup | undefined;

  app.serve(
    {
      method: 'get',
      path: '/openapi.json',
      tag,
      summary: 'Describe every endpoint (OpenAPI 3.1)',
      answers: { 200: json(document, 'The document', { openapi: '3.1.1', paths: {} }) },
    },
    ({ c }) => c.body(JSON.stringify(current()), 200, { 'Content-Type': 'application/json' }),
  );
  app.serve(
    {
      method: 'get',
      path: '/docs',
      tag,
      summary: 'Show the reference',
      answers: { 200: plain('A page', 'text/html') },
    },
    ({ c }) => {
      const shown = (page ??= referencePage(current()));
      c.header('Content-Security-Policy', REFERENCE_POLICY);
      return c.html(shown);
    },
  );
}
