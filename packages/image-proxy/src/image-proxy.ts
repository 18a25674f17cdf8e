import { createReverseProxy, type ReverseProxy, type ReverseProxyOptions } from '@forebay/reverse-proxy';
import { tmdbImagePreset } from './presets/tmdb-image.js';

/**
 * A caching proxy of images, or of the JSON beside them: a reverse proxy whose preset is TMDB's images unless another is given.
 *
 * @throws {TypeError | RangeError} when an option is wrong; the message names it.
 */
export function createImageProxy(options: ReverseProxyOptions): ReverseProxy {
  return createReverseProxy({ preset: tmdbImagePreset(), ...options });
}
