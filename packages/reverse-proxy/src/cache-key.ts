import { createHash } from 'node:crypto';
import type { HeaderRecord } from '@forebay/cache-tiers/http';
import type { Preset } from './presets/preset.js';
import { formatTarget, type Target } from './target.js';

// A space cannot stand in a request target, so no target can be mistaken for a key with a partition behind it.
const CREDENTIALS = ' credentials=';
const VARIANT = ' variant=';
const RANGE = ' range=';

/** What a route's keys begin with; a plain target appended to it is that target's key. */
export const keyPrefix = (route: string): string => `${route}:`;

/**
 * The primary cache key: the route's name and the canonical target, and a digest of what the client identified itself
 * with, so that its answers are kept apart without the secret being readable in a list of keys.
 */
export function cacheKey(route: string, preset: Preset, target: Target, headers: HeaderRecord): string {
  const key = keyPrefix(route) + formatTarget(target);
  const credentials = preset.credentials(target, headers);
  if (credentials === undefined) return bounded(key);
  return bounded(withoutApiKey(key)) + CREDENTIALS + digest(credentials);
}

/** What all keys begin with that are kept beside a plain target's: its variants, and those kept apart by credentials. */
export const partitionsOf = (key: string): string => `${key} `;

/** The key of one of several representations of a resource (RFC 9111 section 4.1). */
export function variantKey(primary: string, vary: string): string {
  return primary + VARIANT + digest(vary);
}

/** The key of one part of a resource, kept for itself. */
export function rangeKey(primary: string, start: number, end: number): string {
  return `${primary}${RANGE}${start}-${end}`;
}

function withoutApiKey(key: string): string {
  const mark = key.indexOf('?');
  if (mark < 0) return key;
  const kept = key
    .slice(mark + 1)
    .split('&')
    .filter((pair) => !pair.startsWith('api_key='));
  return kept.length === 0 ? key.slice(0, mark) : `${key.slice(0, mark)}?${kept.join('&')}`;
}

// A cache takes keys up to 4 KB, variants included; what is longer keeps its beginning, for purges by prefix.
const MAX_KEY_LENGTH = 3072;

function bounded(key: string): string {
  return key.length <= MAX_KEY_LENGTH ? key : `${key.slice(0, MAX_KEY_LENGTH - 64)} sha256=${digest(key)}`;
}

const digest = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);
