import { cidr, upstream, url } from '../addresses.js';
import type { UpstreamConfig } from '../config.js';
import { boolean, duration, integer, listOf, text } from '../kinds.js';
import type { Table } from './table.js';

export interface HlsValues {
  readonly HLS_UPSTREAM_SERVERS: readonly UpstreamConfig[];
  readonly BACKEND_HOST: string | undefined;
  readonly BACKEND_PORT: number | undefined;
  readonly BACKEND_USE_HTTPS: boolean;
  readonly HLS_SECRET_KEY: string | undefined;
  readonly HLS_PREVIOUS_SECRET_KEY: string | undefined;
  readonly HLS_TOKEN_USES: number | undefined;
  readonly HLS_BIND_ADDRESS: boolean;
  readonly HLS_ALLOWED_CIDRS: readonly string[];
  readonly HLS_PREFETCH: number;
  readonly HLS_MAX_SESSIONS_PER_USER: number | undefined;
  readonly HLS_TRAFFIC_REPORT_URL: string | undefined;
  readonly HLS_TRAFFIC_REPORT_INTERVAL: number;
}

export const hls: Table<HlsValues> = {
  HLS_UPSTREAM_SERVERS: { kind: listOf(upstream()), default: '', defaultDoc: 'none', doc: 'Servers behind /hls/*' },
  BACKEND_HOST: { kind: text('host'), default: undefined, doc: 'A single HLS server, by host' },
  BACKEND_PORT: { kind: integer({ min: 1, max: 65_535 }), default: undefined, doc: 'Of BACKEND_HOST' },
  BACKEND_USE_HTTPS: { kind: boolean(), default: 'false', doc: 'Asks BACKEND_HOST by https' },
  HLS_SECRET_KEY: {
    kind: text('key'),
    default: undefined,
    secret: true,
    doc: 'Signs and checks tokens; without it anyone may watch',
  },
  HLS_PREVIOUS_SECRET_KEY: {
    kind: text('key'),
    default: undefined,
    secret: true,
    doc: 'The key before, whose tokens are good until they end',
  },
  HLS_TOKEN_USES: {
    kind: integer({ min: 1 }),
    default: undefined,
    doc: 'Sessions that one token may open; reloads are free',
  },
  HLS_BIND_ADDRESS: {
    kind: boolean(),
    default: 'false',
    doc: "What a playlist names is good only from the viewer's /24 or /64",
  },
  HLS_ALLOWED_CIDRS: { kind: listOf(cidr()), default: '', defaultDoc: 'all', doc: 'Addresses that may watch' },
  HLS_PREFETCH: {
    kind: integer({ min: 0, max: 1000 }),
    default: '0',
    doc: 'Segments fetched ahead of their players at once, by each worker, into the cache',
  },
  HLS_MAX_SESSIONS_PER_USER: { kind: integer({ min: 1 }), default: undefined, doc: 'At once' },
  HLS_TRAFFIC_REPORT_URL: {
    kind: url(),
    default: undefined,
    secret: true,
    doc: 'Where bytes a user are reported',
  },
  HLS_TRAFFIC_REPORT_INTERVAL: {
    kind: duration('seconds', { min: 100 }),
    default: '10',
    doc: 'Between traffic reports',
  },
};
