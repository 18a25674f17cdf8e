import { contentType, method, path, proxyUrl, upstream } from '../addresses.js';
import type { RouteKind, UpstreamConfig } from '../config.js';
import { duration, integer, listOf, oneOf, size, text } from '../kinds.js';
import type { Table } from './table.js';

export interface UpstreamValues {
  readonly UPSTREAM_TYPE: RouteKind;
  readonly UPSTREAM_SERVERS: readonly UpstreamConfig[];
  readonly TMDB_API_SERVERS: readonly UpstreamConfig[];
  readonly TMDB_API_KEY: string | undefined;
  readonly TMDB_IMAGE_TEST_URL: string;
  readonly CUSTOM_CONTENT_TYPE: readonly string[];
  readonly CUSTOM_METHODS: readonly string[];
  readonly HTTP_PROXY: string | undefined;
  readonly HTTPS_PROXY: string | undefined;
  readonly NO_PROXY: string | undefined;
  readonly REQUEST_TIMEOUT: number;
  readonly INITIAL_TIMEOUT: number | undefined;
  readonly MAX_SERVER_SWITCHES: number;
  readonly HTTP_CONNECTOR_LIMIT: number;
  readonly HTTP_CONNECTOR_LIMIT_PER_HOST: number;
  readonly STREAM_CHUNK_SIZE: number;
}

export const upstreams: Table<UpstreamValues> = {
  UPSTREAM_TYPE: {
    kind: oneOf('tmdb-image', 'tmdb-api', 'custom'),
    default: 'tmdb-image',
    doc: 'What UPSTREAM_SERVERS are',
  },
  UPSTREAM_SERVERS: {
    kind: listOf(upstream()),
    default: '',
    defaultDoc: 'none',
    doc: 'Servers behind /, comma-separated, each "https://host weight=5 priority=2"',
  },
  TMDB_API_SERVERS: {
    kind: listOf(upstream()),
    default: '',
    defaultDoc: 'https://api.themoviedb.org once TMDB_API_KEY is set',
    doc: 'Servers behind /3/*, beside an image proxy',
  },
  TMDB_API_KEY: {
    kind: text('key'),
    default: undefined,
    secret: true,
    doc: 'Added to API requests whose client sent no credentials',
  },
  TMDB_IMAGE_TEST_URL: {
    kind: path(),
    default: '/t/p/original/wwemzKWzjKYJFfCeiB57q3r4Bcm.png',
    doc: 'What the health probe of image servers asks for',
  },
  CUSTOM_CONTENT_TYPE: {
    kind: listOf(contentType()),
    default: '',
    defaultDoc: 'any',
    doc: 'Types that a custom upstream may send',
  },
  CUSTOM_METHODS: {
    kind: listOf(method()),
    default: 'GET,HEAD',
    doc: 'Methods that a custom route passes on; * for all',
  },
  HTTP_PROXY: {
    kind: proxyUrl(),
    default: undefined,
    aliases: ['http_proxy'],
    doc: 'Outbound proxy to http upstreams',
  },
  HTTPS_PROXY: {
    kind: proxyUrl(),
    default: undefined,
    aliases: ['https_proxy'],
    doc: 'Outbound proxy to https upstreams',
  },
  NO_PROXY: {
    kind: text('host,…'),
    default: undefined,
    aliases: ['no_proxy'],
    doc: 'Hosts and domains that are reached without the proxy',
  },
  REQUEST_TIMEOUT: {
    kind: duration('ms', { min: 1 }),
    default: '5000',
    doc: 'For an upstream to begin its answer, and for a probe',
  },
  INITIAL_TIMEOUT: {
    kind: duration('ms', { min: 1 }),
    default: undefined,
    doc: 'After this long without an answer the next server is asked too (hedging)',
  },
  MAX_SERVER_SWITCHES: {
    kind: integer({ min: 1, max: 100 }),
    default: '3',
    doc: 'Upstreams tried for one request',
  },
  HTTP_CONNECTOR_LIMIT: {
    kind: integer({ min: 1, max: 100_000 }),
    default: '100',
    doc: 'Upstream connections in all',
  },
  HTTP_CONNECTOR_LIMIT_PER_HOST: {
    kind: integer({ min: 1, max: 100_000 }),
    default: '30',
    doc: 'Upstream connections to one host',
  },
  STREAM_CHUNK_SIZE: {
    kind: size({ min: 1024, max: 16 * 1024 ** 2 }),
    default: '65536',
    doc: 'Bytes read from an upstream at once',
  },
};
