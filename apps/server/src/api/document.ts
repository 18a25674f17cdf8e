import { z } from 'zod';
import { openApiPath, type Answer, type Endpoint } from './endpoint.js';
import { problem, usualProblems } from './problems.js';

type Json = Readonly<Record<string, unknown>>;

/** An OpenAPI 3.1 document. Its schemas are JSON Schema 2020-12, which is what zod writes. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly info: Json;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json };
  readonly security: readonly Json[];
}

/** One operation, as far as the reference shows it. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly Json[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: true; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Json;
}

export type Content = Readonly<Record<string, { readonly schema?: Json; readonly example?: unknown }>>;

const SECURITY: Json = {
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  bearer: { type: 'http', scheme: 'bearer' },
  session: { type: 'apiKey', in: 'cookie', name: 'forebay_session' },
};

/** The document of these endpoints. */
export function documentOf(endpoints: readonly Endpoint[], version: string): OpenApiDocument {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of endpoints) {
    const path = openApiPath(endpoint.path);
    paths[path] = { ...paths[path], [endpoint.method]: operationOf(endpoint, schemas) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Forebay',
      version,
      summary: 'A caching, balancing proxy of media, and the interface that it is operated by',
      description:
        'The management interface wants the API key where one is set; without one it answers only clients on the loopback interface. Errors are problem documents (RFC 9457). Times are ISO 8601, durations and sizes have their unit in the name.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: { schemas: schemas.shared, securitySchemes: SECURITY },
    security: [...Object.keys(SECURITY).map((name) => ({ [name]: [] })), {}],
  };
}

function operationOf(endpoint: Endpoint, schemas: Schemas): Operation {
  const { access, answers, body, description, params, query, summary, tag } = endpoint;
  const parameters = [
    ...(params === undefined ? [] : schemas.parameters(params, 'path')),
    ...(query === undefined ? [] : schemas.parameters(query, 'query')),
  ];
  const problems = { ...usualProblems(endpoint), ...endpoint.problems };
  return {
    operationId: operationId(endpoint),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(access === 'anyone' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemas.of(body, 'input') } } } }),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, answer]) => [status, responseOf(answer, schemas)]),
      ...Object.entries(problems)
        .filter(([status]) => !(status in answers))
        .map(([status, when]) => [
          status,
          {
            description: when,
            content: { 'application/problem+json': { schema: schemas.of(problem, 'output') } },
          },
        ]),
    ]),
  };
}

function responseOf(
  { description, example, headers, schema, types = [] }: Answer,
  schemas: Schemas,
): Json & { description: string } {
  const content: Content =
    schema === undefined
      ? Object.fromEntries(types.map((type) => [type, {}]))
      : {
          'application/json': {
            schema: schemas.of(schema, 'output'),
            ...(example === undefined ? {} : { example }),
          },
        };
  return {
    description,
    ...(headers === undefined
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, what]) => [name, { description: what, schema: { type: 'string' } }]),
          ),
        }),
    ...(Object.keys(content).length === 0 ? {} : { content }),
  };
}

/** `getCacheKeys`, `patchApiV1UpstreamsByGroupByName`. */
const operationId = ({ method, path }: Endpoint): string =>
  method +
  path
    .replaceAll(/\{(\w+)\+?\}/g, 'by-$1')
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

/** Collects schemas that have an id, and refers to them. */
class Schemas {
  readonly shared: Record<string, unknown> = {};

  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io, override: plainly });
    for (const [id, shared] of Object.entries($defs ?? {})) this.shared[id] = referring(shared);
    return referring(rest);
  }

  parameters(schema: z.ZodType, where: Parameter['in']): Parameter[] {
    const { properties = {}, required = [] } = this.of(schema, 'input') as {
      readonly properties?: Readonly<Record<string, Json>>;
      readonly required?: readonly string[];
    };
    return Object.entries(properties).map(([name, { description, ...rest }]) => ({
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...(typeof description === 'string' ? { description } : {}),
      schema: rest,
    }));
  }
}

/** Leaves out what says nothing to a reader: the bounds of all integers, the expression behind a format. */
function plainly({ jsonSchema }: { readonly jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
  if (jsonSchema['minimum'] === Number.MIN_SAFE_INTEGER) delete jsonSchema['minimum'];
  if (jsonSchema['format'] !== undefined) delete jsonSchema['pattern'];
}

const referring = (schema: unknown): Json =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
