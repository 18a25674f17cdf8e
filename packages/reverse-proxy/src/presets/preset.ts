import type { HeaderRecord } from '@forebay/cache-tiers/http';
import type { Target } from '../target.js';

/** What a content type or a path is to the lifetimes of the configuration. */
export type ContentKind = 'image' | 'json' | 'search' | 'other';

/** Lifetimes of one kind of content, in milliseconds. */
export interface KindLifetimes {
  /** How long memory may use its copy before it looks at the tier below again. */
  readonly memory: number;
  /** How long the entry is fresh. */
  readonly ttl: number;
}

/** What makes one kind of route different from another; pure. */
export interface Preset {
  readonly name: string;
  /** The canonical target: two spellings of one resource come out the same. */
  readonly canonical: (target: Target) => Target;
  /** Names (lower case) of request headers that are sent on; `all` but hop-by-hop and proxy ones. */
  readonly forwardedHeaders: readonly string[] | 'all';
  /** Whether the lifetimes of the configuration replace the origin's (`override`) or stand in where it is silent (`respect`). */
  readonly policy: 'override' | 'respect';
  readonly kind: (target: Target, contentType: string | undefined) => ContentKind;
  /** Media types an upstream may send with a 200; `undefined` for any. */
  readonly contentTypes: readonly string[] | undefined;
  /** Content codings asked for upstream: `identity` where compressing gains nothing, `client` as the client accepts. */
  readonly coding: 'identity' | 'client';
  /** Anyone's script may read the answers (public data). */
  readonly cors: boolean;
  /** Requests a second to each upstream; `undefined` for no limit. */
  readonly requestsPerSecond: number | undefined;
  /**
   * How a range is fetched of what is not stored. `whole`: by fetching all of it, which suits what is small. `apart`: it
   * alone is, and kept like a resource of its own; clients who ask for the same range share it. What is asked for one
   * client alone then goes up with its range and conditions.
   * @default 'whole'
   */
  readonly ranges?: 'whole' | 'apart';
  /**
   * Upstream errors of the type `application/problem+json` are words of the proxy's own, put in place of the upstream's:
   * objects without a `request_id`, which each answer gets.
   * @default false
   */
  readonly ownProblems?: boolean;
  /** What a client sent to identify itself, to keep its answers apart; `undefined` when nothing. */
  readonly credentials: (target: Target, headers: HeaderRecord) => string | undefined;
  /** Adds the operator's own credentials to a target that goes up, where the client sent none. */
  readonly authorise: (target: Target) => Target;
}
