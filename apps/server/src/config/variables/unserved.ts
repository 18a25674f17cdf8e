import { cidr, upstream, url } from '../addresses.js';
import type { UpstreamConfig } from '../config.js';
import { boolean, decimal, duration, integer, listOf, text } from '../kinds.js';
import type { Table } from './table.js';

/** HLS and alerts: names that are settled, checked so that a configuration made for them is right. */
export interface UnservedValues {
  readonly HLS_UPSTREAM_SERVERS: readonly UpstreamConfig[];
  readonly BACKEND_HOST: string | undefined;
  readonly BACKEND_PORT: number | undefined;
  readonly BACKEND_USE_HTTPS: boolean;
  readonly HLS_SECRET_KEY: string | undefined;
  readonly HLS_ALLOWED_CIDRS: readonly string[];
  readonly HLS_MAX_SESSIONS_PER_USER: number | undefined;
  readonly HLS_TRAFFIC_REPORT_URL: string | undefined;
  readonly HLS_TRAFFIC_REPORT_INTERVAL: number;
  readonly ALERT_QUEUE_DEPTH: number;
  readonly ALERT_TASK_FAILURE_RATE: number;
  readonly ALERT_CACHE_HIT_RATE: number;
  readonly ALERT_WEBHOOK_URL: string | undefined;
}

const share = { min: 0, max: 1 };
const unserved = true;

export const later: Table<UnservedValues> = {
  HLS_UPSTREAM_SERVERS: {
    unserved,
    kind: listOf(upstream()),
    default: '',
    defaultDoc: 'none',
    doc: 'Servers behind /hls/*',
  },
  BACKEND_HOST: { unserved, kind: text('host'), default: undefined, doc: 'A single HLS server, by host' },
  BACKEND_PORT: { unserved, kind: integer({ min: 1, max: 65_535 }), default: undefined, doc: 'Of BACKEND_HOST' },
  BACKEND_USE_HTTPS: { unserved, kind: boolean(), default: 'false', doc: 'Asks BACKEND_HOST by https' },
  HLS_SECRET_KEY: { unserved, kind: text('key'), default: undefined, secret: true, doc: 'Signs and checks tokens' },
  HLS_ALLOWED_CIDRS: {
    unserved,
    kind: listOf(cidr()),
    default: '',
    defaultDoc: 'all',
    doc: 'Addresses that may watch',
  },
  HLS_MAX_SESSIONS_PER_USER: { unserved, kind: integer({ min: 1 }), default: undefined, doc: 'At once' },
  HLS_TRAFFIC_REPORT_URL: { unserved, kind: url(), default: undefined, doc: 'Where bytes a user are reported' },
  HLS_TRAFFIC_REPORT_INTERVAL: {
    unserved,
    kind: duration('seconds', { min: 100 }),
    default: '10',
    doc: 'Between traffic reports',
  },
  ALERT_QUEUE_DEPTH: {
    unserved,
    kind: integer({ min: 1 }),
    default: '100',
    doc: 'Alert above this many waiting tasks',
  },
  ALERT_TASK_FAILURE_RATE: {
    unserved,
    kind: decimal(share),
    default: '0.05',
    doc: 'Alert above this share of failed tasks',
  },
  ALERT_CACHE_HIT_RATE: { unserved, kind: decimal(share), default: '0.8', doc: 'Alert below this share of cache hits' },
  ALERT_WEBHOOK_URL: { unserved, kind: url(), default: undefined, secret: true, doc: 'Where alerts are POSTed' },
};
