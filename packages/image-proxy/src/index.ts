export { createImageProxy, type ImageProxy } from './image-proxy.js';
export type { CacheOutcome } from './answer.js';
export type { AnsweredRequest, ImageProxyObserver, ImageProxyOptions } from './options.js';
export type { ContentKind, KindLifetimes, Preset } from './presets/preset.js';
export { customPreset } from './presets/custom.js';
export { tmdbApiPreset } from './presets/tmdb-api.js';
export { tmdbImagePreset } from './presets/tmdb-image.js';
export type { StoredMeta } from './upstream/stored-meta.js';
