import { upstreamOf } from './addresses.js';
import type { UpstreamConfig } from './config.js';
import type { Values } from './variables.js';

/** HLS. Durations in milliseconds. */
export interface HlsConfig {
  readonly upstreams: readonly UpstreamConfig[];
  /** Undefined: anyone may watch. */
  readonly secretKey: string | undefined;
  /** Still good for what it has signed. */
  readonly previousSecretKey: string | undefined;
  /** Empty: any address. */
  readonly allowedCidrs: readonly string[];
  /** Whether what a playlist names is good only from the viewer's /24 or /64. */
  readonly bindAddress: boolean;
  /** Sessions that one token may open. */
  readonly tokenUses: number | undefined;
  readonly maxSessionsPerUser: number | undefined;
  /** Segments fetched ahead at once, by each worker; 0: none. */
  readonly prefetch: number;
  readonly trafficReportUrl: string | undefined;
  readonly trafficReportInterval: number;
}

const upstreamsOf = (values: Values): readonly UpstreamConfig[] => {
  if (values.BACKEND_HOST === undefined) return values.HLS_UPSTREAM_SERVERS;
  const port = values.BACKEND_PORT === undefined ? '' : `:${values.BACKEND_PORT}`;
  return [upstreamOf({ url: `${values.BACKEND_USE_HTTPS ? 'https' : 'http'}://${values.BACKEND_HOST}${port}` })];
};

export const hlsOf = (values: Values): HlsConfig => ({
  upstreams: upstreamsOf(values),
  secretKey: values.HLS_SECRET_KEY,
  previousSecretKey: values.HLS_PREVIOUS_SECRET_KEY,
  allowedCidrs: values.HLS_ALLOWED_CIDRS,
  bindAddress: values.HLS_BIND_ADDRESS,
  tokenUses: values.HLS_TOKEN_USES,
  maxSessionsPerUser: values.HLS_MAX_SESSIONS_PER_USER,
  prefetch: values.HLS_PREFETCH,
  trafficReportUrl: values.HLS_TRAFFIC_REPORT_URL,
  trafficReportInterval: values.HLS_TRAFFIC_REPORT_INTERVAL,
});
