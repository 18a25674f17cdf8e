import { Cluster, Redis, type RedisOptions } from 'ioredis';

export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

export interface ConnectOptions {
  /** One server, or nodes of a cluster to begin with. */
  readonly nodes: readonly RedisAddress[];
  /** Whether the nodes are a cluster's. @default whatever the first of them that answers says */
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

export type Connect = (purpose: Purpose) => Promise<Redis | Cluster>;

/** Makes connections with what BullMQ needs and outages call for. A promise rejects where nobody can be asked yet. */
export function connectTo(options: ConnectOptions): Connect {
  const [first] = options.nodes;
  if (first === undefined) throw new RangeError('nodes must name at least one Redis server');
  const { commandTimeout = 2000, connectTimeout = 5000 } = options;
  let { cluster } = options;
  const retry = (times: number): number => Math.min(times * 100, 1000);
  return async (purpose) => {
    cluster ??= await isCluster(options);
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

/** Asks one node after the other. @throws what the last of them said, when none answers */
async function isCluster({ nodes, username, password, tls, connectTimeout = 5000 }: ConnectOptions): Promise<boolean> {
  let problem: unknown;
  for (const { host, port } of nodes) {
    const redis = new Redis({
      host,
      port,
      lazyConnect: true,
      retryStrategy: null,
      connectTimeout,
      commandTimeout: connectTimeout,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...(tls === true ? { tls: {} } : {}),
    });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return /^cluster_enabled:1\r?$/m.test(await redis.info('cluster'));
    } catch (error) {
      problem = error;
    } finally {
      redis.disconnect();
    }
  }
  throw problem;
}
