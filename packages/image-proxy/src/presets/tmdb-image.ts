import { imagePreset, type Preset, type Target } from '@forebay/reverse-proxy';

/**
 * TMDB's image service: `/t/p/{size}/{file}`, where size may be a filter (`w780_filter(duotone,ffffff,bababa)`).
 * Doubled slashes, which clients make by joining `base_url` and `file_path`, are one slash; a query says nothing there
 * and would only let anyone fill the cache with copies.
 */
export function tmdbImagePreset(): Preset {
  return {
    ...imagePreset(),
    name: 'tmdb-image',
    canonical: ({ path }: Target) => ({ path: path.replace(/\/{2,}/g, '/'), query: '' }),
    // TMDB's own lifetimes are short, and its pictures do not change under one name.
    policy: 'override',
  };
}
