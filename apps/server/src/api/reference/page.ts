import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { OpenApiDocument } from '../document.js';
import { anchorOf, operationSection, type Listed } from './operation.js';
import { fieldList, type Markup } from './schema.js';
import { STYLE } from './style.js';

/** In one piece, apart from the page's layout: the policy names the hash of what stands between the tags, to the byte. */
const STYLE_ELEMENT = raw(`<style>${STYLE}</style>`);

/** Nothing but the page's own style: no script, no other host, nothing to be framed. */
export const REFERENCE_POLICY: string = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The document as a page to read: whole, without a script, at home without a network. */
export function referencePage(document: OpenApiDocument): Markup {
  const operations: Listed[] = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const groups = document.tags.map(({ name }) => ({
    name,
    listed: operations.filter(({ operation }) => operation.tags.includes(name)),
  }));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Forebay: API reference</title>
        ${STYLE_ELEMENT}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the endpoints</a>
        <nav aria-label="Endpoints">
          <p class="name">Forebay <small>${document.info['version']}</small></p>
          ${groups.map(
            ({ name, listed }) =>
              html`<h2>${name}</h2>
                <ul>
                  ${listed.map(
                    (each) =>
                      html`<li>
                        <a href="#${anchorOf(each)}"
                          ><code class="method ${each.method}">${each.method}</code> <code>${each.path}</code></a
                        >
                      </li>`,
                  )}
                </ul>`,
          )}
          <h2>Schemas</h2>
          <ul>
            ${Object.keys(document.components.schemas).map((id) => html`<li><a href="#schema-${id}">${id}</a></li>`)}
          </ul>
        </nav>
        <main id="main">
          <h1>API reference</h1>
          <p>${document.info['summary']}. ${document.info['description']}</p>
          <p>For programs, the same as <a href="openapi.json">OpenAPI 3.1</a>.</p>
          ${groups.map(
            ({ name, listed }) =>
              html`<section aria-label="${name}">
                <h2>${name}</h2>
                ${listed.map(operationSection)}
              </section>`,
          )}
          <section aria-label="Schemas">
            <h2>Schemas</h2>
            ${Object.entries(document.components.schemas).map(
              ([id, schema]) =>
                html`<article id="schema-${id}">
                  <h3>${id}</h3>
                  ${fieldList(schema)}
                </article>`,
            )}
          </section>
        </main>
      </body>
    </html>`;
}
