export type { SampleUpstreams } from './sample-upstreams.js';
export { startSampleUpstreams } from './sample-upstreams.js';
