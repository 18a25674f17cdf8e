// Groups whose variables are known and checked while no route of this version reads them yet.

/** Thresholds that raise an alert; rates are shares from 0 to 1. */
export interface AlertConfig {
  readonly queueDepth: number;
  readonly taskFailureRate: number;
  readonly cacheHitRate: number;
  readonly webhookUrl: string | undefined;
}
