import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Forebay } from '../support/forebay.js';

interface Body {
  readonly schema?: { readonly examples?: readonly unknown[] };
  readonly example?: unknown;
}
interface Operation {
  readonly operationId: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Body>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Body>> }>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let forebay: Forebay;
let document: Document;
let operations: { readonly path: string; readonly method: string; readonly operation: Operation }[];
let fits: (schema: object, value: unknown) => string | undefined;

beforeAll(async () => {
  forebay = await Forebay.start({ NUM_WORKERS: '1' });
  document = JSON.parse((await forebay.ask('/openapi.json')).body.toString()) as Document;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  for (const [id, schema] of Object.entries(document.components.schemas))
    ajv.addSchema(schema, `#/components/schemas/${id}`);
  fits = (schema, value) => {
    const valid = ajv.compile(schema);
    return valid(value) ? undefined : ajv.errorsText(valid.errors);
  };
});
afterAll(() => forebay.end());

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { errors, valid } = await new Validator().validate({ ...structuredClone(document) });
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('names each operation once and describes the parameters of its path', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of operations) {
      const named = (operation.parameters ?? []).filter((each) => each.in === 'path').map(({ name }) => name);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(named, path).toEqual(inPath);
    }
  });

  it('has examples that fit their schemas, of every JSON answer and body', () => {
    for (const { path, method, operation } of operations) {
      for (const [status, { content = {} }] of Object.entries(operation.responses)) {
        const { schema, example } = content['application/json'] ?? {};
        if (schema === undefined) continue;
        expect(example, `${method} ${path} ${status} has no example`).toBeDefined();
        expect(fits(schema, example), `${method} ${path} ${status}`).toBeUndefined();
      }
      const sent = operation.requestBody?.content['application/json']?.schema;
      if (sent === undefined) continue;
      expect(sent.examples?.length ?? 0, `${method} ${path} has no example of its body`).toBeGreaterThan(0);
      for (const example of sent.examples ?? []) expect(fits(sent, example), `${method} ${path}`).toBeUndefined();
    }
  });

  it('tells the truth about what the server answers', async () => {
    const plain = operations.filter(({ path, method }) => method === 'get' && !path.includes('{'));
    expect(plain.length).toBeGreaterThan(10);
    for (const { path, operation } of plain) {
      if (path === '/api/v1/events') continue;
      const required = path === '/cache/search' ? '?q=a' : '';
      const reply = await forebay.ask(path + required);
      const described = operation.responses[String(reply.status)];
      expect(described, `${path} answered ${reply.status}`).toBeDefined();
      const schema = described?.content?.['application/json']?.schema;
      if (schema !== undefined) expect(fits(schema, reply.json()), path).toBeUndefined();
    }
  });

  it('is where every route of the framework is described', () => {
    const source = fileURLToPath(new URL('../../src/', import.meta.url));
    for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const bypass = /\bapp\s*\.(?:get|put|post|patch|delete|all)\(/.exec(readFileSync(source + file, 'utf8'));
      expect(bypass?.[0], `${file} adds a route that the document does not know`).toBeUndefined();
    }
  });
});

describe('an endpoint', () => {
  it('refuses other methods and says which it has', async () => {
    const reply = await forebay.ask('/cache/clear');
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe('POST');
    const other = await forebay.ask('/status', { method: 'DELETE' });
    expect(other.json()).toMatchObject({ status: 405 });
    expect(other.headers.allow).toBe('GET, HEAD');
    expect((await forebay.ask('/api/v1/nothing')).status).toBe(404);
  });

  it('refuses a wrong parameter with a problem that names it', async () => {
    for (const [path, name] of [
      ['/cache/keys?limit=0', 'limit'],
      ['/cache/keys?offset=x', 'offset'],
      ['/cache/search', 'q'],
    ] as const) {
      const reply = await forebay.ask(path);
      expect(reply.status, path).toBe(400);
      expect(reply.headers['content-type']).toBe('application/problem+json');
      expect(String(reply.json()['detail'])).toContain(`${name}:`);
    }
    const body = await forebay.ask('/cache/purge', { method: 'POST', body: '{"prefix":7}' });
    expect(body.json()).toMatchObject({ status: 400, type: 'urn:forebay:problem:bad-parameter' });
    expect(body.json()['detail']).toContain('prefix:');
    expect((await forebay.ask('/cache/purge', { method: 'POST', body: '{' })).json()['detail']).toContain('not JSON');
  });

  it('refuses every parameter and body that its description does not allow', async () => {
    let refused = 0;
    for (const { method, operation, path } of operations) {
      if (operation.responses['400'] === undefined || path.startsWith('/{') || path.startsWith('/3/')) continue;
      const target = path.replaceAll(/\{\w+\}/g, 'x');
      const ask = async (query: string, body?: string): Promise<void> => {
        const reply = await forebay.ask(target + query, {
          method: method.toUpperCase(),
          ...(body === undefined ? {} : { body }),
        });
        expect(reply.status, `${method} ${target}${query} ${body ?? ''}`).toBe(400);
        expect(reply.json(), target).toMatchObject({ status: 400, request_id: expect.any(String) });
        refused += 1;
      };
      for (const { in: where, name, schema } of operation.parameters ?? []) {
        const { enum: words, type } = schema as { readonly enum?: readonly string[]; readonly type?: string };
        if (where !== 'query') continue;
        if (words !== undefined || type === 'integer') await ask(`?${name}=nonsense`);
        if (type === 'integer') await ask(`?${name}=-1`);
      }
      if (operation.requestBody === undefined) continue;
      for (const body of ['', '{', '[]', 'null', '{"nonsense":1}']) await ask('', body);
    }
    expect(refused).toBeGreaterThan(40);
  });

  it('takes bodies of unknown length, and no larger ones than it reads', async () => {
    const headers = { 'Transfer-Encoding': 'chunked' };
    const sent = await forebay.ask('/cache/purge', { method: 'POST', body: '{"keys":["/a"]}', headers });
    expect(sent.json()).toEqual({ purged: 0 });
    const huge = `{"keys":["${'a'.repeat(5 * 1024 * 1024)}"]}`;
    const refused = await forebay.ask('/cache/purge', { method: 'POST', body: huge, headers });
    expect(refused.status).toBe(413);
  });
});

describe('the reference', () => {
  it('shows every operation on a page that loads nothing and runs nothing', async () => {
    const page = await forebay.ask('/docs');
    const text = page.body.toString();
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const style = /<style>([^]*?)<\/style>/.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page.headers['content-security-policy']).toContain(`style-src 'sha256-${hash}'`);
    for (const { operation } of operations) expect(text).toContain(`id="${operation.operationId}"`);
    expect(text).not.toMatch(/<script|<link|\bsrc=|https?:\/\/(?!images-1\.example|edge\.example)/);
  });
});
