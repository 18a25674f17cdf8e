import type { RedisAddress } from '@forebay/image-proxy/bullmq';
import { startRedis, type RedisServer } from '../../../../cache-tiers/test/support/redis-servers.js';

export {
  startCluster,
  type RedisCluster,
  type RedisServer,
} from '../../../../cache-tiers/test/support/redis-servers.js';

/** A real `redis-server` that keeps what it has over restarts. */
export const startPersistentRedis = (): Promise<RedisServer> =>
  startRedis([
    ['appendonly', 'yes'],
    ['appendfsync', 'always'],
  ]);

/** Out of `127.0.0.1:port`. */
export const addressOf = (address: string): RedisAddress => {
  const [host = '', port = ''] = address.split(':');
  return { host, port: Number(port) };
};
