import { createTrafficReporter, type SessionStore, type TrafficReporter } from '@forebay/hls-proxy';
import type { HlsConfig } from '../config/index.js';
import type { Logger } from '../log/logger.js';

/** Reports bytes a user to `HLS_TRAFFIC_REPORT_URL`; says in the log when that begins to fail, works again, or has to add up. */
export function reportTraffic(
  store: SessionStore,
  { trafficReportUrl: url, trafficReportInterval: interval }: HlsConfig,
  logger: Logger,
  kept: () => void = () => undefined,
): TrafficReporter | undefined {
  if (url === undefined) return undefined;
  let failing = false;
  return createTrafficReporter({
    store,
    url,
    interval,
    onReport({ users, bytes, unattributedBytes, error }) {
      if (error !== undefined && !failing)
        logger.warn(
          { event: 'traffic_report_failed', error, users, bytes },
          `traffic cannot be reported and is kept: ${error}`,
        );
      if (error === undefined && failing)
        logger.info({ event: 'traffic_reported', users, bytes }, 'traffic is reported again');
      if (error === undefined && unattributedBytes > 0)
        logger.warn(
          { event: 'traffic_unattributed', unattributed_bytes: unattributedBytes },
          'more users than could be told apart had traffic to report: some of it was reported without names',
        );
      failing = error !== undefined;
      kept();
    },
  });
}
