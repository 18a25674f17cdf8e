import { deltaSeconds, isToken, joinLines, listMembers, unquote } from './field-values.js';
import { parseDictionary } from './structured-dictionary.js';

/** The directives of one `Cache-Control` (or `CDN-Cache-Control`) field, requests' and responses' alike. Numbers are seconds. */
export interface CacheDirectives {
  /** Whether they come from a field for caches of this kind, beside which `Expires` does not count (RFC 9213, section 2.2). */
  readonly targeted: boolean;
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

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type KeysOf<V> = { [K in keyof CacheDirectives]-?: CacheDirectives[K] extends V ? K : never }[keyof CacheDirectives];

const FLAGS: ReadonlyMap<string, KeysOf<boolean>> = new Map([
  ['no-store', 'noStore'],
  ['public', 'public'],
  ['must-revalidate', 'mustRevalidate'],
  ['proxy-revalidate', 'proxyRevalidate'],
  ['must-understand', 'mustUnderstand'],
  ['no-transform', 'noTransform'],
  ['immutable', 'immutable'],
  ['only-if-cached', 'onlyIfCached'],
]);

const SECONDS: ReadonlyMap<string, Exclude<KeysOf<number | undefined>, 'minFresh' | 'maxStale'>> = new Map([
  ['max-age', 'maxAge'],
  ['s-maxage', 'sMaxAge'],
  ['stale-while-revalidate', 'staleWhileRevalidate'],
  ['stale-if-error', 'staleIfError'],
]);

const NONE: CacheDirectives = Object.freeze(empty());

/**
 * Reads a `Cache-Control` field (RFC 9111, section 5.2). Names go without regard to case, arguments quoted or not, and
 * what is unknown is passed over. Of a directive given twice the stricter counts; a number that is none counts as 0,
 * which is stale (section 4.2.1).
 */
export function parseCacheControl(value: string | readonly string[] | undefined): CacheDirectives {
  if (value === undefined || value.length === 0) return NONE;
  const directives = empty();
  for (const member of listMembers(joinLines(value))) {
    const equals = member.indexOf('=');
    if (equals === -1) {
      apply(directives, member.toLowerCase(), undefined);
      continue;
    }
    const name = member.slice(0, equals);
    const argument = member.slice(equals + 1);
    // White space around the equals sign is no directive's syntax: the argument counts as given and invalid.
    const sound = name === name.trimEnd() && argument === argument.trimStart();
    apply(directives, name.trimEnd().toLowerCase(), sound ? unquote(argument) : '');
  }
  return directives;
}

/**
 * Reads a `CDN-Cache-Control` field, a structured dictionary (RFC 9213, section 2.1). `undefined` where it is absent,
 * empty, malformed, or gives a known directive a value of the wrong type: all of it is then to be ignored, unless what is
 * sound in it forbids storing or reuse.
 */
export function parseCdnCacheControl(value: string | readonly string[] | undefined): CacheDirectives | undefined {
  if (value === undefined) return undefined;
  const dictionary = parseDictionary(joinLines(value));
  if (dictionary === undefined || dictionary.size === 0) return undefined;
  const directives = empty();
  directives.targeted = true;
  let sound = true;
  for (const [name, item] of dictionary) {
    if (item.type === 'boolean' && !SECONDS.has(name)) {
      if (item.value) apply(directives, name, undefined);
    } else if (SECONDS.has(name)) {
      const seconds = item.type === 'integer' ? item.value : -1;
      if (seconds < 0) sound = false;
      apply(directives, name, String(seconds));
    } else if (name === 'private' || name === 'no-cache') {
      if (item.type === 'string') apply(directives, name, item.value);
      else sound = false;
    } else if (FLAGS.has(name)) {
      sound = false;
    }
  }
  const forbids = directives.noStore || directives.private || directives.noCache;
  return sound || forbids ? directives : undefined;
}

function apply(directives: Mutable<CacheDirectives>, name: string, argument: string | undefined): void {
  const flag = FLAGS.get(name);
  if (flag !== undefined) {
    directives[flag] = true;
    return;
  }
  const seconds = SECONDS.get(name);
  if (seconds !== undefined) {
    directives[seconds] = Math.min(directives[seconds] ?? Infinity, deltaSeconds(argument ?? '') ?? 0);
  } else if (name === 'max-stale') {
    const limit = argument === undefined ? Infinity : (deltaSeconds(argument) ?? 0);
    directives.maxStale = Math.min(directives.maxStale ?? Infinity, limit);
  } else if (name === 'min-fresh') {
    const wanted = deltaSeconds(argument ?? '');
    if (wanted !== undefined) directives.minFresh = Math.max(directives.minFresh ?? 0, wanted);
  } else if (name === 'no-cache' || name === 'private') {
    const fields = fieldNames(argument);
    if (fields.length === 0) directives[name === 'private' ? 'private' : 'noCache'] = true;
    else if (name === 'private') directives.privateFields = directives.privateFields.concat(fields);
    else directives.noCacheFields = directives.noCacheFields.concat(fields);
  }
}

/** None where one of them is no field name: the directive then counts as unqualified, which is the stricter reading. */
function fieldNames(argument: string | undefined): string[] {
  const names = listMembers(argument ?? '').map((name) => name.toLowerCase());
  return names.every(isToken) ? names : [];
}

function empty(): Mutable<CacheDirectives> {
  return {
    targeted: false,
    noStore: false,
    noCache: false,
    noCacheFields: [],
    private: false,
    privateFields: [],
    public: false,
    mustRevalidate: false,
    proxyRevalidate: false,
    mustUnderstand: false,
    noTransform: false,
    immutable: false,
    onlyIfCached: false,
    maxAge: undefined,
    sMaxAge: undefined,
    minFresh: undefined,
    maxStale: undefined,
    staleWhileRevalidate: undefined,
    staleIfError: undefined,
  };
}
