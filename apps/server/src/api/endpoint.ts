import type { Context } from 'hono';
import type { z } from 'zod';
import type { ManagementEnv } from './management-app.js';

export type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';

/** One answer that an endpoint may give, other than a problem. */
export interface Answer<Schema extends z.ZodType = z.ZodType> {
  readonly description: string;
  /** Of a JSON body. */
  readonly schema?: Schema;
  readonly example?: unknown;
  /** Media types of a body that is not JSON. */
  readonly types?: readonly string[];
  /** Headers worth knowing, with what they say. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer in JSON, with an example that must fit its schema. */
export const json = <Schema extends z.ZodType>(
  schema: Schema,
  description: string,
  example: Frozen<z.output<Schema>>,
): Answer<Schema> => ({ schema, description, example });

/** An answer of another type, or without a body when no type is given. */
export const plain = (description: string, ...types: readonly string[]): Answer<z.ZodNever> => ({ description, types });

export type Answers = Readonly<Record<number, Answer>>;

/** What stands before an endpoint. */
export type Access = 'management' | 'anyone';

/**
 * An endpoint as it is described once: validation, types, the OpenAPI document and the reference all come from it.
 * Problems that every endpoint can answer (credentials, parameters, methods) are added by themselves.
 */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  All extends Answers = Answers,
> {
  readonly method: Method;
  /** As OpenAPI writes it: `/api/v1/upstreams/{group}/{name}`; a last parameter `{key+}` takes slashes, too, and may be empty. */
  readonly path: string;
  readonly tag: string;
  /** One line, imperative. */
  readonly summary: string;
  /** Markdown is not interpreted; paragraphs are. */
  readonly description?: string;
  /** @default 'management' */
  readonly access?: Access;
  /** Pages of any origin may call it from a browser; for endpoints that are anyone's. */
  readonly anyOrigin?: true;
  readonly params?: Params;
  /** An object of strings; numbers and the like are coerced. */
  readonly query?: Query;
  /** A JSON body; examples come with `.meta({ examples: [...] })`. */
  readonly body?: Body;
  readonly answers: All;
  /** Problems beyond the usual, by status, with when they are answered. */
  readonly problems?: Readonly<Record<number, string>>;
}

/** What a handler gets: everything validated. */
export interface EndpointInput<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  readonly c: Context<ManagementEnv>;
}

/** What a handler may return: JSON for the first answer, or a response of its own making. */
export type EndpointReply<All extends Answers> = Frozen<JsonOf<All[keyof All]>> | Response;

type JsonOf<One> = One extends Answer<infer Schema> ? z.output<Schema> : never;

/** The same, from data that is read-only. */
type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** Hono's spelling of an endpoint's path. */
export const honoPath = (path: string): string =>
  path.replaceAll(/\{(\w+)(\+?)\}/g, (_, name: string, rest: string) => `:${name}${rest && '{[\\s\\S]*}'}`);

/** OpenAPI's spelling: it knows no parameters that take slashes. */
export const openApiPath = (path: string): string => path.replaceAll('+}', '}');

/** What a path matches, for telling a wrong method from a wrong path. */
export const pathPattern = (path: string): RegExp =>
  new RegExp(
    `^${path.replaceAll(/[.*?()[\]^$|\\]/g, '\\$&').replaceAll(/\{\w+(\+?)\}/g, (_, rest: string) => (rest ? '[\\s\\S]*' : '[^/]+'))}$`,
  );
