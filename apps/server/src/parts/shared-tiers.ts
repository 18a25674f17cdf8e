import type { Coordinator, InvalidationBus, Tier } from '@forebay/cache-tiers';
import type { RedisConnectionOptions, RedisState } from '@forebay/cache-tiers/redis';
import type { Config, RedisConfig } from '../config/config.js';

/** Redis as the second tier, with what lets nodes act as one. */
export interface SharedTier {
  readonly tier: Tier;
  /** Tells other nodes what was invalidated here. */
  readonly bus: InvalidationBus;
  /** One load for all nodes. */
  readonly coordinator: Coordinator;
  readonly state: () => RedisState;
  readonly onState: (listener: (state: RedisState) => void) => () => void;
  readonly nodes: () => readonly string[];
  /** How long it takes to answer now, in ms. Rejects when it does not. */
  readonly latency: () => Promise<number>;
  /** What went wrong last. */
  readonly lastError: () => Error | undefined;
  close(): Promise<void>;
}

/** Opens Redis if it is configured. Whether it answers shows later: a cache without it is slower, never broken. */
export async function openSharedTier({ redis }: Config): Promise<SharedTier | undefined> {
  if (redis === undefined) return undefined;
  const { redisBus, redisConnection, redisLock, redisTier } = await import('@forebay/cache-tiers/redis');
  const connection = redisConnection(connectionOptions(redis));
  const bus = redisBus({ connection });
  const tier = redisTier({ connection, bus });
  const coordinator = redisLock({ connection });
  return {
    tier,
    bus,
    coordinator,
    state: () => tier.state(),
    onState: (listener) => tier.onState(listener),
    nodes: () => tier.nodes,
    latency: async () => {
      const asked = performance.now();
      await connection.read('latency', (client) => client.ping());
      return performance.now() - asked;
    },
    lastError: () => tier.lastError,
    async close() {
      await coordinator.close();
      await connection.close();
    },
  };
}

export function connectionOptions(redis: RedisConfig): RedisConnectionOptions {
  const addresses = (nodes: RedisConfig['nodes']): string[] =>
    nodes.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`));
  return {
    nodes: addresses(redis.nodes),
    fallbackNodes: addresses(redis.fallbackNodes),
    db: redis.db,
    ...(redis.password === undefined ? {} : { password: redis.password }),
    tls: redis.tls,
    keyPrefix: redis.keyPrefix,
    poolSize: redis.poolSize,
    minIdle: redis.minIdle,
    connectTimeout: redis.connectTimeout,
    readTimeout: redis.readTimeout,
    writeTimeout: redis.writeTimeout,
  };
}
