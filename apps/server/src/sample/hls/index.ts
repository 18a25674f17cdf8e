export { createHlsListener } from './hls-listener.js';
export { createHlsOrigin } from './hls-origin.js';
export { loadSampleMedia } from './media.js';
