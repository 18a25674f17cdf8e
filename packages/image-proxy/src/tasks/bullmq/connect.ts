import { Cluster, Redis, type RedisOptions } from 'ioredis';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

export interface ConnectOptions {
  /** One server, or nodes of a cluster to begin with. */
  readonly nodes: readonly RedisAddress[];
  /** Whether the nodes are a cluster's. @default false */
  readonly cluster?: boolean;
  readonly username?: string;
  readonly password?: string;
  /** Of a single server. @default 0 */
  readonly db?: number;
  /** @default false */
  readonly tls?: boolean;
  /** Milliseconds. @default 5000 */
  readonly connectTimeout?: number;
  /** Milliseconds for a command by which somebody asks; whoever works waits for as long as it takes. @default 2000 */
  readonly commandTimeout?: number;
}

/** What a connection is for: asking, where a quick "no" beats a long wait, or working, where it is the other way round. */
export type Purpose = 'commands' | 'work';

/** Makes connections with what BullMQ needs and outages call for. */
export function connectTo(options: ConnectOptions): (purpose: Purpose) => Redis | Cluster {
  const [first] = options.nodes;
  if (first === undefined) throw new RangeError('nodes must name at least one Redis server');
  const { cluster = false, commandTimeout = 2000, connectTimeout = 5000 } = options;
  const retry = (times: number): number => Math.min(times * 100, 1000);
  return (purpose) => {
    const asking = purpose === 'commands';
    const common: RedisOptions = {
      connectTimeout,
      // A worker's blocking reads last up to ten seconds; a connection that is silent for longer than these is dead.
      socketTimeout: asking ? commandTimeout * 2 : 30_000,
      maxRetriesPerRequest: asking ? 0 : null,
      ...(asking ? { commandTimeout } : {}),
      ...(options.username === undefined ? {} : { username: options.username }),
      ...(options.password === undefined ? {} : { password: options.password }),
      ...(options.tls === true ? { tls: {} } : {}),
    };
    if (!cluster) {
      const { host, port } = first;
      const { db = 0 } = options;
      return new Redis({ ...common, host, port, db, enableOfflineQueue: !asking, retryStrategy: retry });
    }
    return new Cluster([...options.nodes], {
      enableOfflineQueue: !asking,
      redisOptions: common,
      clusterRetryStrategy: retry,
      slotsRefreshTimeout: 2000,
      slotsRefreshInterval: 5000,
      retryDelayOnFailover: 200,
    });
  };
}
