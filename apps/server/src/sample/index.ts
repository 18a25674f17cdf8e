export type { SampleImageServer, SampleUpstreams, SampleUpstreamsOptions } from './sample-upstreams.js';
export { startSampleUpstreams } from './sample-upstreams.js';
