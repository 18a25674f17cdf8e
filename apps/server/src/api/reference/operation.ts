import { html } from 'hono/html';
import type { Content, Operation, Parameter } from '../document.js';
import { example, fieldList, typeOf, type Markup } from './schema.js';

/** An operation with where it is. */
export interface Listed {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

export const anchorOf = ({ operation }: Listed): string => operation.operationId;

/** One operation: what it does, what it takes, what it answers, and how to call it. */
export function operationSection(listed: Listed): Markup {
  const { method, operation, path } = listed;
  const { description, parameters = [], requestBody, responses } = operation;
  return html`<article id="${anchorOf(listed)}">
    <h3><code class="method ${method}">${method}</code> <code>${path}</code></h3>
    <p>${operation.summary}.${operation.security?.length === 0 ? ' Anyone may ask.' : ''}</p>
    ${description === undefined ? '' : html`<p>${description}</p>`}
    ${parameters.length === 0 ? '' : parameterTable(parameters)}
    ${
      requestBody === undefined
        ? ''
        : html`<h4>Body</h4>
            ${contentOf(requestBody.content)}`
    }
    <h4>Answers</h4>
    <dl>
      ${Object.entries(responses).map(
        ([status, response]) =>
          html`<dt><code>${status}</code> ${response.description}</dt>
            <dd>${Number(status) < 400 || status === '503' ? contentOf(response.content) : ''}</dd>`,
      )}
    </dl>
    ${path.startsWith('/') && operation.tags.includes('Proxied') ? '' : html`<pre><code>${curl(listed)}</code></pre>`}
  </article>`;
}

function parameterTable(parameters: readonly Parameter[]): Markup {
  return html`<table>
    <caption>
      Parameters
    </caption>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">In</th>
        <th scope="col">Type</th>
        <th scope="col">Meaning</th>
      </tr>
    </thead>
    <tbody>
      ${parameters.map(
        ({ name, in: where, required, schema, description }) =>
          html`<tr>
            <th scope="row"><code>${name}</code>${required ? ' (required)' : ''}</th>
            <td>${where}</td>
            <td>${typeOf(schema)}</td>
            <td>${description ?? ''}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function contentOf(content: Content | undefined): Markup {
  return html`${Object.entries(content ?? {}).map(([type, { schema, example: shown }]) => {
    if (schema === undefined) return html`<p><code>${type}</code></p>`;
    if (type === 'application/problem+json') return '';
    const { examples } = schema as { readonly examples?: readonly unknown[] };
    const [first] = examples ?? [];
    return html`${fieldList(schema)}${example(shown ?? first)}`;
  })}`;
}

/** A call to copy; the key is the shell's to know. */
function curl({ method, operation, path }: Listed): string {
  const body = operation.requestBody?.content['application/json']?.schema as
    | { readonly examples?: readonly unknown[] }
    | undefined;
  const required = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query' && parameter.required);
  const query = required.length === 0 ? '' : `?${required.map(({ name }) => `${name}=…`).join('&')}`;
  return [
    `curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"$FOREBAY${path}${query}"`,
    ...(operation.security?.length === 0 ? [] : ['-H "X-API-Key: $API_KEY"']),
    ...(body?.examples?.[0] === undefined
      ? []
      : ['-H "Content-Type: application/json"', `-d '${JSON.stringify(body.examples[0])}'`]),
  ].join(' \\\n  ');
}
