import { afterAll, beforeAll, describe, it } from 'vitest';
import { bullmqDriver, connectTo } from '@forebay/image-proxy/bullmq';
import { runDriverConformance } from '@forebay/image-proxy/tasks/testing';
import { RedisServer } from './support/redis-server.js';

let redis: RedisServer;
let made = 0;
beforeAll(async () => {
  redis = await RedisServer.start();
});
afterAll(() => redis.end());

runDriverConformance(
  'queues in Redis',
  async (settings) => ({
    driver: bullmqDriver({
      ...settings,
      connect: connectTo({ nodes: [{ host: '127.0.0.1', port: redis.port }] }),
      prefix: `test:{${++made}}`,
    }),
  }),
  { describe, it },
);
