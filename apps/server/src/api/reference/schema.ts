import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The parts of JSON Schema that zod writes. */
interface Shape {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly additionalProperties?: Shape | boolean;
  readonly anyOf?: readonly Shape[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** A schema's type in a few words, with a link where it has a name. */
export function typeOf(schema: unknown): Markup {
  const shape = schema as Shape;
  if (shape.$ref !== undefined) {
    const id = shape.$ref.split('/').at(-1) ?? '';
    return html`<a href="#schema-${id}">${id}</a>`;
  }
  if (shape.anyOf !== undefined)
    return html`${shape.anyOf.map((each, index) => html`${index === 0 ? '' : ' or '}${typeOf(each)}`)}`;
  if (shape.items !== undefined) return html`list of ${typeOf(shape.items)}`;
  if (shape.enum !== undefined) return html`${shape.enum.map(String).join(', ')}${byDefault(shape)}`;
  if (shape.const !== undefined) return html`${JSON.stringify(shape.const)}`;
  const types = shape.type === undefined ? 'anything' : [shape.type].flat().join(' or ');
  const bounds = [
    shape.minimum === undefined ? '' : `from ${shape.minimum}`,
    shape.maximum === undefined ? '' : `to ${shape.maximum}`,
  ].filter(Boolean);
  return html`${shape.format ?? types}${bounds.length === 0 ? '' : ` ${bounds.join(' ')}`}${byDefault(shape)}`;
}

const byDefault = ({ default: value }: Shape): string =>
  value === undefined ? '' : `; default ${JSON.stringify(value)}`;

/** The fields of a schema, and theirs. */
export function fieldList(schema: unknown): Markup {
  const shape = inner(schema as Shape);
  const fields = Object.entries(shape.properties ?? {});
  if (fields.length === 0) return html`<p class="type">${typeOf(schema)}</p>`;
  return html`<ul class="fields">
    ${fields.map(([name, field]) => {
      const optional = shape.required?.includes(name) === true ? '' : ', optional';
      const deeper = inner(field).properties === undefined ? '' : fieldList(field);
      return html`<li>
        <code>${name}</code> <span class="type">${typeOf(field)}${optional}</span> ${field.description ?? ''} ${deeper}
      </li>`;
    })}
  </ul>`;
}

/** What a list or a record is made of. */
function inner(shape: Shape): Shape {
  if (shape.items !== undefined) return inner(shape.items);
  if (typeof shape.additionalProperties === 'object' && shape.properties === undefined)
    return inner(shape.additionalProperties);
  return shape;
}

/** An example to unfold. */
export function example(value: unknown): Markup | '' {
  if (value === undefined) return '';
  return html`<details>
    <summary>Example</summary>
    <pre><code>${JSON.stringify(value, undefined, 2)}</code></pre>
  </details>`;
}
