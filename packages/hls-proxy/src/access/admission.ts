import type { Cmcd } from '../sessions/cmcd.js';
import type { SessionHandle } from '../sessions/session-handle.js';

/**
 * What a child of a playlist is, as its tag says. `segment` is whatever is streamed: init sections, parts and subtitle
 * segments too.
 */
export type ChildKind = 'playlist' | 'segment' | 'key' | 'asset-list' | 'steering';

/** What is asked for: a path and query of our own upstreams, or a URL on another host. */
export type Resource = { readonly local: string } | { readonly foreign: URL };

/** A request as far as access depends on it. */
export interface ViewerRequest {
  /** Below the mount (`/live/a.m3u8`), in `parseTarget`'s spelling. */
  readonly target: { readonly path: string; readonly query: string };
  /** The client's address, behind trusted proxies. */
  readonly address: string;
  readonly userAgent: string | undefined;
  /** What the player told of itself in headers; the query is read here. */
  readonly cmcd?: Cmcd | undefined;
}

/** A request that was let in. */
export interface Admission {
  readonly session: SessionHandle;
  /** Undefined: it came without a grant, so what the origin answers decides. */
  readonly kind: ChildKind | undefined;
  /** For the origin: our own parameters removed. */
  readonly resource: Resource;
  /** The client's, if its requests are to be counted by it. */
  readonly address?: string | undefined;
  /** When grants made from this one end at the latest, in ms since the epoch; undefined: never. */
  readonly expiresAt: number | undefined;
  /** The network that those grants are bound to; undefined: they are good from everywhere. */
  readonly network?: string | undefined;
  /** Of the live playlist that named it, ms: a segment at the edge may be a moment late. */
  readonly targetDuration?: number | undefined;
}

/** A child of a playlist, as the playlist names it. */
export type Child = Resource & {
  readonly kind: ChildKind;
  /** The playlist will not be loaded again (`EXT-X-ENDLIST`), so that a key grant must last as long as the session may. */
  readonly lasting?: boolean;
  /** Of the live playlist that names it, ms; its admission comes back with it, to the second. */
  readonly targetDuration?: number | undefined;
};

export interface Access {
  /**
   * Lets a request in, at once where nothing must be asked elsewhere (a grant of a session that is known here).
   *
   * @throws {Problem} 403 for whatever is not allowed, in one wording; 429 with `Retry-After` when the user has as many
   * sessions as they may have. A promise rejects with the same.
   */
  admit(request: ViewerRequest): Admission | Promise<Admission>;
  /**
   * The URI, path and query from the mount on, that leads a player of this session to a child. The path is the same
   * for the same child for ever.
   *
   * @throws {Problem} 502 for a foreign URL that is too long to be sealed
   */
  uriFor(admission: Admission, child: Child): string;
  /** What would be decided about a request, and why. Never throws, opens no session, counts no use, tells no secret. */
  explain(request: ViewerRequest): Promise<Explanation>;
}

/** Why a request would be let in or refused. */
export interface Explanation {
  readonly allowed: boolean;
  /** In words. */
  readonly reason: string;
  /** What lets it in. */
  readonly by: 'grant' | 'token' | 'allow-list' | 'anyone' | undefined;
  /** What it failed at, for machines. */
  readonly code: string | undefined;
  /** Of the grant. */
  readonly sessionId: string | undefined;
  readonly uid: string | undefined;
  readonly kind: ChildKind | undefined;
  /** What would be asked of the origin, without its query. */
  readonly resource: string | undefined;
}
