import type { UpstreamConfig } from './config.js';

// Groups whose variables are known and checked while no route of this version reads them yet.

/** HLS. Durations in milliseconds. */
export interface HlsConfig {
  readonly upstreams: readonly UpstreamConfig[];
  readonly secretKey: string | undefined;
  /** Empty: any address. */
  readonly allowedCidrs: readonly string[];
  readonly maxSessionsPerUser: number | undefined;
  readonly trafficReportUrl: string | undefined;
  readonly trafficReportInterval: number;
}

/** Thresholds that raise an alert; rates are shares from 0 to 1. */
export interface AlertConfig {
  readonly queueDepth: number;
  readonly taskFailureRate: number;
  readonly cacheHitRate: number;
  readonly webhookUrl: string | undefined;
}
