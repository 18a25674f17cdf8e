import type { Target } from '../target.js';
import type { Preset } from './preset.js';

const noCredentials = (): undefined => undefined;

/**
 * TMDB's image service: `/t/p/{size}/{file}`, where size may be a filter (`w780_filter(duotone,ffffff,bababa)`).
 * Doubled slashes, which clients make by joining `base_url` and `file_path`, are one slash; a query says nothing there
 * and would only let anyone fill the cache with copies.
 */
export function tmdbImagePreset(): Preset {
  return {
    name: 'tmdb-image',
    canonical: ({ path }: Target) => ({ path: path.replace(/\/{2,}/g, '/'), query: '' }),
    forwardedHeaders: ['accept', 'user-agent'],
    policy: 'override',
    kind: () => 'image',
    contentTypes: ['image/*'],
    coding: 'identity',
    cors: true,
    requestsPerSecond: undefined,
    credentials: noCredentials,
    authorise: (target) => target,
  };
}
