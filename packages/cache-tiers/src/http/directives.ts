/** The directives of one `Cache-Control` (or `CDN-Cache-Control`) field, requests' and responses' alike. Numbers are seconds. */
export interface CacheDirectives {
  readonly noStore: boolean;
  /** Unqualified `no-cache`. */
  readonly noCache: boolean;
  /** Field names (lower case) of `no-cache="…"`: not to be reused without validation. */
  readonly noCacheFields: readonly string[];
  /** Unqualified `private`. */
  readonly private: boolean;
  /** Field names (lower case) of `private="…"`: not for a shared cache. */
  readonly privateFields: readonly string[];
  readonly public: boolean;
  readonly mustRevalidate: boolean;
  readonly proxyRevalidate: boolean;
  readonly mustUnderstand: boolean;
  readonly noTransform: boolean;
  readonly immutable: boolean;
  readonly onlyIfCached: boolean;
  readonly maxAge: number | undefined;
  readonly sMaxAge: number | undefined;
  readonly minFresh: number | undefined;
  /** `Infinity` where it has no value: any staleness will do. */
  readonly maxStale: number | undefined;
  readonly staleWhileRevalidate: number | undefined;
  readonly staleIfError: number | undefined;
}

/** Reads a `Cache-Control` field. */
export function parseCacheControl(_value: string | readonly string[] | undefined): CacheDirectives {
  throw new Error('in preparation');
}

/** Reads a `CDN-Cache-Control` field; `undefined` where it is absent, empty or malformed, and so to be ignored. */
export function parseCdnCacheControl(_value: string | readonly string[] | undefined): CacheDirectives | undefined {
  throw new Error('in preparation');
}
