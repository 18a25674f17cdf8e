import type { SessionStore } from '@forebay/hls-proxy';
import { redisSessionStore } from '@forebay/hls-proxy/redis';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startCluster, type RedisCluster } from '../../../cache-tiers/test/support/redis-servers.js';
import { sessionStoreSuite } from './conformance.js';

/** What is asked here is what a store does, not how fast on a busy machine. */
const patient = { readTimeout: 5000, writeTimeout: 5000 };
let cluster: RedisCluster;
const stores: SessionStore[] = [];
beforeAll(async () => {
  cluster = await startCluster();
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all((await cluster.masters()).map(({ server }) => server.command('FLUSHALL')));
});
afterAll(() => cluster.stop());

sessionStoreSuite('Redis Cluster', async () => {
  const store = redisSessionStore({
    nodes: cluster.addresses,
    ...patient,
    maxSessions: 25,
    maxUnsentUsers: 10,
    maxAllowed: 3,
  });
  stores.push(store);
  return store;
});
