import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';
import { Problem } from '@forebay/reverse-proxy';
import {
  honoPath,
  pathPattern,
  type Answers,
  type Endpoint,
  type EndpointInput,
  type EndpointReply,
} from './endpoint.js';
import { parse, readJson } from './parse.js';

export interface ManagementEnv {
  Bindings: HttpBindings;
  Variables: { requestId: string };
}

/** What a browser is told that asks before a page of another origin calls (Fetch, "CORS-preflight request"). */
const PREFLIGHT = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, POST',
  'Access-Control-Allow-Headers': 'authorization, content-type, x-api-key, x-request-id',
  'Access-Control-Max-Age': '86400',
};

/** A Hono app that knows its endpoints: what it validates is what it documents. */
export class ManagementApp extends Hono<ManagementEnv> {
  readonly endpoints: Endpoint[] = [];
  readonly #known: { readonly pattern: RegExp; readonly methods: readonly string[]; readonly open: boolean }[] = [];

  /** Registers an endpoint. The handler gets input that fits its schemas; the first answer's status goes with plain values. */
  serve<
    Params extends z.ZodType = z.ZodUndefined,
    Query extends z.ZodType = z.ZodUndefined,
    Body extends z.ZodType = z.ZodUndefined,
    All extends Answers = Answers,
  >(
    endpoint: Endpoint<Params, Query, Body, All>,
    handler: (
      input: EndpointInput<Params, Query, Body>,
    ) => EndpointReply<NoInfer<All>> | Promise<EndpointReply<NoInfer<All>>>,
  ): void {
    this.#know(endpoint);
    const { params, query, body, answers } = endpoint;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an answer with a body has such a status
    const status = Number(Object.keys(answers)[0] ?? 200) as ContentfulStatusCode;
    if (endpoint.anyOrigin) this.options(honoPath(endpoint.path), (c) => c.body(null, 204, PREFLIGHT));
    this.on(endpoint.method.toUpperCase(), honoPath(endpoint.path), async (c) => {
      if (endpoint.anyOrigin) c.header('Access-Control-Allow-Origin', '*');
      // An endpoint without a schema has no such input: its type says undefined.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const input = {
        params: params && parse(params, c.req.param()),
        query: query && parse(query, c.req.query()),
        body: body && parse(body, await readJson(c.env.incoming)),
        c,
      } as EndpointInput<Params, Query, Body>;
      const reply = await handler(input);
      if (reply instanceof Response) return reply;
      c.header('Content-Type', 'application/json');
      return c.body(JSON.stringify(reply), status);
    });
  }

  /** Whether the endpoint asked for is anyone's, rather than the management interface's. */
  isOpen(method: string, path: string): boolean {
    return this.#known.some(({ open, methods, pattern }) => open && methods.includes(method) && pattern.test(path));
  }

  /** What to say about a request that no handler took: 405 where the path has other methods, else 404. */
  refusal(method: string, path: string): Problem {
    const methods = this.#known.filter(({ pattern }) => pattern.test(path)).flatMap((known) => known.methods);
    if (methods.length === 0) return new Problem(404, 'not-found', `there is nothing at ${path}`);
    const allow = [...new Set(methods)].join(', ');
    return new Problem(405, 'method-not-allowed', `${path} answers ${allow}, not ${method}`, { headers: { allow } });
  }

  #know(endpoint: Endpoint): void {
    const { method, path, access, anyOrigin } = endpoint;
    this.endpoints.push(endpoint);
    const methods = method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()];
    if (anyOrigin) methods.push('OPTIONS');
    this.#known.push({ pattern: pathPattern(path), methods, open: access === 'anyone' });
  }
}
