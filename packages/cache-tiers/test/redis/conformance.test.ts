import { redisTier } from '@forebay/cache-tiers/redis';
import { runTierConformance } from '@forebay/cache-tiers/testing';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startCluster, startRedis, type RedisCluster, type RedisServer } from '../support/redis-servers.js';

let server: RedisServer;
let cluster: RedisCluster;
let runs = 0;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster()]);
});
afterAll(async () => {
  await Promise.all([server.stop(), cluster.stop()]);
});

runTierConformance(
  'redisTier on a single server',
  async () => {
    await server.command('FLUSHALL');
    const options = { nodes: [server.address], keyPrefix: `run-${runs++}:` };
    return { tier: redisTier(options), reopen: () => Promise.resolve(redisTier(options)) };
  },
  { describe, it },
);

runTierConformance(
  'redisTier on a cluster',
  async () => {
    for (const { server: master } of await cluster.masters()) await master.command('FLUSHALL');
    const options = { nodes: cluster.addresses, keyPrefix: `run-${runs++}:`, pieceBytes: 100_000 };
    return { tier: redisTier(options), reopen: () => Promise.resolve(redisTier(options)) };
  },
  { describe, it },
);
