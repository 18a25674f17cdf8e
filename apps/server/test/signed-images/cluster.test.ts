import { afterAll, beforeAll, describe, it } from 'vitest';
import { redisConnection, type RedisConnection } from '@forebay/cache-tiers/redis';
import { redisBookStore } from '@forebay/image-proxy/signed-images/redis';
import { runBookStoreConformance } from '@forebay/image-proxy/signed-images/testing';
import { startCluster, type RedisCluster } from '../support/redis.js';

describe('on a cluster of three masters', () => {
  let cluster: RedisCluster;
  let connection: RedisConnection;
  let books = 0;
  beforeAll(async () => {
    cluster = await startCluster();
    connection = redisConnection({ nodes: cluster.addresses, readTimeout: 2000, writeTimeout: 5000 });
  }, 60_000);
  afterAll(async () => {
    await connection.close();
    await cluster.stop();
  });

  runBookStoreConformance(
    'the book of signed URLs',
    async (options) => redisBookStore({ connection, name: `book-${(books += 1)}-`, ...options }),
    { describe, it },
  );
});
