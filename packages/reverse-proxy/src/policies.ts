import { resolveCachePolicy, type CachePolicy } from '@forebay/cache-tiers/http';
import type { ResolvedOptions } from './options.js';
import type { ContentKind } from './presets/preset.js';
import type { Target } from './target.js';

/** The RFC 9111 policy and the memory tier's own limit for one kind of content. */
export interface KindPolicy {
  readonly policy: CachePolicy;
  /** Undefined: as long as the entry is fresh. */
  readonly memoryTtl: number | undefined;
}

/** Works out once what each kind of content may live for; the result finds it for a target and its content type. */
export function createPolicies(
  options: ResolvedOptions,
): (target: Target, contentType: string | undefined) => KindPolicy {
  const make = (kind: ContentKind): KindPolicy => {
    const { ttl, memory } = options.lifetimes[kind];
    // Without a lifetime of the configuration's the origin's rules are all there are: what memory keeps, and for how long
    // a stale copy may stand in while it is refreshed, is then for the origin to say, too.
    const originAlone = options.policy === 'respect' && ttl === 0;
    return {
      memoryTtl: originAlone && memory === 0 ? undefined : memory,
      policy: resolveCachePolicy({
        ...(options.policy === 'override' ? { overrideTtlMs: ttl } : { defaultTtlMs: ttl }),
        negativeTtlMs: options.negativeTtl,
        staleWhileRevalidateMs: originAlone ? 0 : options.staleWhileRevalidate,
        staleIfErrorMs: options.staleIfError,
      }),
    };
  };
  const kinds = { image: make('image'), json: make('json'), search: make('search'), other: make('other') };
  return (target, contentType) => kinds[options.preset.kind(target, contentType)];
}
