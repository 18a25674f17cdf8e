import type { BullmqDriver } from '@forebay/image-proxy/bullmq';
import type { RedisConfig } from '../config/config.js';
import type { Logger } from '../log/logger.js';

/** Milliseconds in which the same trouble is logged once: a Redis that is away is dialled again and again. */
const QUIET = 10_000;

/** The task queues in Redis. Nothing is connected until somebody asks or works. */
export async function redisQueues(redis: RedisConfig, logger: Logger): Promise<BullmqDriver> {
  const { bullmqDriver, connectTo } = await import('@forebay/image-proxy/bullmq');
  return bullmqDriver({
    connect: connectTo({
      nodes: redis.nodes,
      ...(redis.single ? { cluster: false } : {}),
      db: redis.db,
      ...(redis.password === undefined ? {} : { password: redis.password }),
      tls: redis.tls,
      connectTimeout: redis.connectTimeout,
    }),
    prefix: `${redis.keyPrefix}{tasks}`,
    onError: logSometimes(logger),
  });
}

function logSometimes(logger: Logger): (error: Error) => void {
  let latest = '';
  let since = 0;
  return ({ message }) => {
    const now = performance.now();
    if (message === latest && now - since < QUIET) return;
    latest = message;
    since = now;
    logger.warn({ event: 'task_queues', error: message }, `trouble with the task queues: ${message}`);
  };
}
