import type { CachePolicy, RouteKind } from './config.js';
import type { FileKey } from './names.js';
import type { Values } from './variables.js';

/** How a value may be written in a file: a bare number has the variable's unit, text is read as in the environment. */
type Written<T> = T extends number
  ? number | string
  : T extends readonly unknown[]
    ? string | readonly string[]
    : Exclude<T, undefined>;

/** An upstream of a route: `'https://host weight=5 priority=2'`, or its parts. */
export type UpstreamInput =
  | string
  | {
      readonly url: string;
      readonly name?: string;
      readonly weight?: number;
      readonly priority?: number;
      readonly http2?: boolean;
    };

/** Milliseconds, or `'30m'`, `'7d'`. */
export type DurationInput = number | string;

export interface LifetimeInput {
  readonly memory?: DurationInput;
  /** On disk or in Redis. */
  readonly l2?: DurationInput;
}

/** One mount with upstreams of its own. */
export interface RouteInput {
  /** @default the mount without slashes, or the kind */
  readonly name?: string;
  /** Path prefix, such as `/` or `/covers/`. */
  readonly mount: string;
  readonly kind: RouteKind;
  readonly upstreams: UpstreamInput | readonly UpstreamInput[];
  /** What the mount becomes on the upstream. @default '/3/' for an API mounted there, else '/' */
  readonly upstreamPath?: string;
  /** @default CACHE_POLICY, else 'override' for TMDB and 'respect' for custom */
  readonly cachePolicy?: CachePolicy;
  /** @default CUSTOM_METHODS for custom, else ['GET', 'HEAD'] */
  readonly methods?: readonly string[] | '*';
  /** @default CUSTOM_CONTENT_TYPE for custom, else the kind's */
  readonly contentTypes?: readonly string[];
  /** For `tmdb-api`. @default TMDB_API_KEY */
  readonly apiKey?: string;
  /** @default TMDB_IMAGE_TEST_URL, '/3/configuration', none for custom */
  readonly probePath?: string;
  /** Requests a second to each upstream; `false`: no limit. @default 40 for tmdb-api, else false */
  readonly rateLimit?: number | false;
  /** @default the variables for images, JSON, searches and CACHE_TTL */
  readonly lifetimes?: {
    readonly image?: LifetimeInput;
    readonly json?: LifetimeInput;
    readonly search?: LifetimeInput;
    readonly other?: LifetimeInput;
  };
}

/** What a configuration file may say: every variable under its name in camel case, and routes. */
export type UserConfig = { readonly [Name in keyof Values as FileKey<Name>]?: Written<Values[Name]> } & {
  readonly routes?: readonly RouteInput[];
};

/** Types a configuration file: `export default defineConfig({ port: 8080 })`. */
export const defineConfig = (config: UserConfig): UserConfig => config;
