export { createHlsListener } from './hls-listener.js';
export { createHlsOrigin } from './hls-origin.js';
export { loadSampleMedia, type SampleMedia } from './media.js';
