import { afterAll, beforeAll, describe, it } from 'vitest';
import { memoryBookStore } from '@forebay/image-proxy/signed-images';
import { redisBookStore } from '@forebay/image-proxy/signed-images/redis';
import { runBookStoreConformance } from '@forebay/image-proxy/signed-images/testing';
import { startRedis, type RedisServer } from './redis-server.js';

runBookStoreConformance('memoryBookStore', async (options) => memoryBookStore(options), { describe, it });

describe('on a real server', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  const make = async (options = {}): Promise<ReturnType<typeof redisBookStore>> => {
    await redis.flush();
    return redisBookStore({ connection: redis.connect(), ...options });
  };
  runBookStoreConformance('redisBookStore', make, { describe, it });
});
