import { availableParallelism } from 'node:os';
import { cidr } from '../addresses.js';
import type { LogFormat, LogLevel } from '../config.js';
import { boolean, duration, integer, listOf, oneOf, text } from '../kinds.js';
import type { Table } from './table.js';

export interface ServingValues {
  readonly PORT: number;
  readonly HOST: string | undefined;
  readonly NUM_WORKERS: number;
  readonly LOG_LEVEL: LogLevel;
  readonly LOG_FORMAT: LogFormat | undefined;
  readonly TLS_CERT: string | undefined;
  readonly TLS_KEY: string | undefined;
  readonly API_KEY: string | undefined;
  readonly MANAGEMENT_PORT: number | undefined;
  readonly PUBLIC_STATUS: boolean;
  readonly TRUST_PROXY: readonly string[];
  readonly DRAIN_DELAY: number;
  readonly SHUTDOWN_TIMEOUT: number;
}

const port = { min: 0, max: 65_535 };

export const serving: Table<ServingValues> = {
  PORT: { kind: integer(port), default: '3000', doc: 'Port to listen on; 0 takes any that is free' },
  HOST: {
    kind: text('address'),
    default: undefined,
    defaultDoc: 'all interfaces',
    doc: 'Address to listen on',
  },
  NUM_WORKERS: {
    kind: integer({ min: 1, max: 1024 }),
    default: String(availableParallelism()),
    defaultDoc: 'available cores',
    doc: 'Worker processes; 1 is all in one process',
  },
  LOG_LEVEL: {
    kind: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    doc: 'Least important lines that are logged',
  },
  LOG_FORMAT: {
    kind: oneOf('pretty', 'json'),
    default: undefined,
    defaultDoc: 'pretty on a terminal, else json',
    doc: 'Colour follows the terminal and NO_COLOR',
  },
  TLS_CERT: {
    kind: text('file'),
    default: undefined,
    doc: 'Certificate in PEM, with those that lead to its root: HTTPS and HTTP/2 on all ports; a changed file is taken up by itself',
  },
  TLS_KEY: { kind: text('file'), default: undefined, secret: true, doc: 'Its private key in PEM' },
  API_KEY: {
    kind: text('key'),
    default: undefined,
    secret: true,
    doc: 'Opens the management interface; without it only loopback clients may use it',
  },
  MANAGEMENT_PORT: {
    kind: integer(port),
    default: undefined,
    doc: 'Moves the management interface to a port of its own',
  },
  PUBLIC_STATUS: {
    kind: boolean(),
    default: 'false',
    doc: 'Opens the read-only /status, /stats, /metrics and /monitor to anyone',
  },
  TRUST_PROXY: {
    kind: listOf(cidr()),
    default: '',
    defaultDoc: 'none',
    doc: 'Proxies whose X-Forwarded-* and Forwarded headers are believed',
  },
  DRAIN_DELAY: {
    kind: duration('seconds'),
    default: '0',
    doc: 'When stopping: wait between answering "not ready" and no longer accepting',
  },
  SHUTDOWN_TIMEOUT: {
    kind: duration('seconds'),
    default: '10',
    doc: 'When stopping: time for requests in flight',
  },
};
