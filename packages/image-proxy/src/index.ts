export { createImageProxy } from './image-proxy.js';
export { tmdbApiPreset } from './presets/tmdb-api.js';
export { tmdbImagePreset } from './presets/tmdb-image.js';
