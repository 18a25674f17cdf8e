import { z } from 'zod';
import { contentType, method, path, upstream, upstreamOf } from './addresses.js';
import type { Lifetime, RouteKind, CachePolicy, UpstreamConfig } from './config.js';
import { WrongValue, type Kind } from './kinds.js';
import { parseDuration } from './units.js';

/** A route of a configuration file, checked; what it leaves open is undefined. */
export interface ParsedRoute {
  readonly name?: string | undefined;
  readonly mount: string;
  readonly kind: RouteKind;
  readonly upstreams: readonly UpstreamConfig[];
  readonly upstreamPath?: string | undefined;
  readonly cachePolicy?: CachePolicy | undefined;
  readonly methods?: readonly string[] | '*' | undefined;
  readonly contentTypes?: readonly string[] | undefined;
  readonly apiKey?: string | undefined;
  readonly probePath?: string | undefined;
  readonly rateLimit?: number | false | undefined;
  readonly lifetimes?:
    | { readonly [Content in 'image' | 'json' | 'search' | 'other']?: PartialLifetime | undefined }
    | undefined;
}

interface PartialLifetime {
  readonly memory?: Lifetime['memory'] | undefined;
  readonly l2?: Lifetime['l2'] | undefined;
}

/** Runs a parser whose complaint becomes the issue's message. */
const through = <Input, Output>(input: z.ZodType<Input>, parse: (value: Input) => Output): z.ZodType<Output> =>
  input.transform((value, context) => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      context.addIssue({ code: 'custom', message: error.message, input: value });
      return z.NEVER;
    }
  });

const of = <T>(kind: Kind<T>, wanted = 'text'): z.ZodType<T> => through(z.string(wanted), (value) => kind.parse(value));

const prefix = z
  .string('a path such as / or /covers/')
  .regex(/^\/(?:[!-~]*[^/\s])?\/?$/, 'a path such as / or /covers/')
  .transform((value) => (value.endsWith('/') ? value : `${value}/`));

const upstreamParts = z.strictObject({
  url: z.string(),
  name: z.string().min(1).optional(),
  weight: z.number().optional(),
  priority: z.number().optional(),
  http2: z.boolean().optional(),
});

/** One by one rather than as a union, whose complaint could not say which part is wrong. */
const upstreamInput = through(z.unknown(), (value) => {
  if (typeof value === 'string') return upstream().parse(value);
  const parts = upstreamParts.safeParse(value);
  if (parts.success) return upstreamOf(parts.data);
  throw new WrongValue(
    'upstreams such as "https://host weight=5 priority=2" or { url, name, weight, priority, http2 }',
  );
});

const duration = through(z.union([z.number(), z.string()], 'milliseconds, or a duration such as 30m'), (value) => {
  const parsed = parseDuration(String(value), 'ms');
  if (parsed === undefined) throw new WrongValue('milliseconds, or a duration such as 30m');
  return parsed;
});

const lifetime = z.strictObject({ memory: duration.optional(), l2: duration.optional() }).optional();

const route = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]+$/, 'a name of letters, digits, dots, dashes and underscores')
    .optional(),
  mount: prefix,
  kind: z.enum(['tmdb-image', 'tmdb-api', 'custom'], 'one of tmdb-image, tmdb-api, custom'),
  upstreams: z.preprocess(
    (value) => (Array.isArray(value) ? value : [value]),
    z.array(upstreamInput).min(1, 'at least one upstream'),
  ),
  upstreamPath: prefix.optional(),
  cachePolicy: z.enum(['override', 'respect'], 'override or respect').optional(),
  methods: z.union([z.literal('*'), z.array(of(method()))], 'a list of methods, or "*"').optional(),
  contentTypes: z.array(of(contentType()), 'a list of types').optional(),
  apiKey: z.string('text').min(1, 'text').optional(),
  probePath: of(path()).optional(),
  rateLimit: z.union([z.literal(false), z.number().positive()], 'requests a second above 0, or false').optional(),
  lifetimes: z.strictObject({ image: lifetime, json: lifetime, search: lifetime, other: lifetime }).optional(),
});

/** The `routes` of a configuration file. */
export const routesSchema: z.ZodType<readonly ParsedRoute[]> = z.array(route, 'a list of routes');

/** A variable in a configuration file: whatever can be written as text. */
export const fileValueSchema: z.ZodType<string> = z.union(
  [
    z.string(),
    z.number().transform(String),
    z.boolean().transform(String),
    z.array(z.union([z.string(), z.number()])).transform((items) => items.join(',')),
  ],
  'text, a number, true or false, or a list of texts',
);
