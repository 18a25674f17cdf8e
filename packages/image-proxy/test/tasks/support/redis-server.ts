import { startRedis, type RedisServer } from '../../../../cache-tiers/test/support/redis-servers.js';

export { startCluster, type RedisServer } from '../../../../cache-tiers/test/support/redis-servers.js';

/** A real `redis-server` that keeps what it has over restarts. */
export const startPersistentRedis = (): Promise<RedisServer> =>
  startRedis([
    ['appendonly', 'yes'],
    ['appendfsync', 'always'],
  ]);
