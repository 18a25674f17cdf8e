import { redisNode } from '../addresses.js';
import type { RedisNode } from '../config.js';
import { boolean, duration, integer, listOf, text } from '../kinds.js';
import type { Table } from './table.js';

export interface RedisValues {
  readonly USE_REDIS: boolean;
  readonly REDIS_CLUSTER_NODES: readonly RedisNode[];
  readonly REDIS_FALLBACK_NODES: readonly RedisNode[];
  readonly REDIS_HOST: string | undefined;
  readonly REDIS_PORT: number;
  readonly REDIS_DB: number;
  readonly REDIS_PASSWORD: string | undefined;
  readonly REDIS_TLS: boolean;
  readonly REDIS_POOL_SIZE: number;
  readonly REDIS_MIN_IDLE_CONNS: number;
  readonly REDIS_CONNECT_TIMEOUT: number;
  readonly REDIS_READ_TIMEOUT: number;
  readonly REDIS_WRITE_TIMEOUT: number;
  readonly REDIS_KEY_PREFIX: string;
}

const some = { min: 1 };

export const redis: Table<RedisValues> = {
  USE_REDIS: { kind: boolean(), default: 'false', doc: 'Makes Redis the second tier; disk becomes its fallback' },
  REDIS_CLUSTER_NODES: {
    kind: listOf(redisNode()),
    default: '',
    defaultDoc: 'none',
    doc: 'Nodes of a cluster; one node that is no cluster works too',
  },
  REDIS_FALLBACK_NODES: {
    kind: listOf(redisNode()),
    default: '',
    defaultDoc: 'none',
    doc: 'Used while the first set does not answer',
  },
  REDIS_HOST: { kind: text('host'), default: undefined, doc: 'A single server, instead of a cluster' },
  REDIS_PORT: { kind: integer({ min: 1, max: 65_535 }), default: '6379', doc: 'Of REDIS_HOST' },
  REDIS_DB: { kind: integer({ max: 65_535 }), default: '0', doc: 'Database of REDIS_HOST; a cluster has only 0' },
  REDIS_PASSWORD: { kind: text('password'), default: undefined, secret: true, doc: 'For every node' },
  REDIS_TLS: { kind: boolean(), default: 'false', doc: 'Connects with TLS' },
  REDIS_POOL_SIZE: { kind: integer({ min: 1, max: 1000 }), default: '10', doc: 'Connections a process, at most' },
  REDIS_MIN_IDLE_CONNS: { kind: integer({ max: 1000 }), default: '2', doc: 'Connections a process, at least' },
  REDIS_CONNECT_TIMEOUT: { kind: duration('seconds', some), default: '5', doc: 'To connect' },
  REDIS_READ_TIMEOUT: {
    kind: duration('seconds', some),
    default: '0.1',
    doc: 'For a read; a frozen Redis costs every miss this long until its breaker opens',
  },
  REDIS_WRITE_TIMEOUT: { kind: duration('seconds', some), default: '0.5', doc: 'For a write' },
  REDIS_KEY_PREFIX: { kind: text('prefix'), default: 'forebay:', doc: 'In front of every key' },
};
