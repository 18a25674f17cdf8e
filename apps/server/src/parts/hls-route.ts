import type { Config } from '../config/config.js';
import type { MountedRoute } from './proxies.js';

/** HLS as a route: what it is called in `/status`, where it is mounted, and who is behind it. */
export const hlsRoute = ({ hls }: Config): MountedRoute => ({
  name: 'hls',
  mount: '/hls/',
  upstreams: hls.upstreams,
  probePath: undefined,
});
