import { afterAll, beforeAll, describe, it } from 'vitest';
import { bullmqDriver, connectTo, type RedisAddress } from '@forebay/image-proxy/bullmq';
import { runDriverConformance } from '@forebay/image-proxy/tasks/testing';
import { addressOf, startCluster, startPersistentRedis } from './support/redis-server.js';

interface Servers {
  readonly nodes: readonly RedisAddress[];
  stop(): Promise<void>;
}

const single = async (): Promise<Servers> => {
  const server = await startPersistentRedis();
  return { nodes: [addressOf(server.address)], stop: () => server.stop() };
};

const cluster = async (): Promise<Servers> => {
  const servers = await startCluster();
  // One of them tells of the others.
  return { nodes: servers.addresses.slice(0, 1).map(addressOf), stop: () => servers.stop() };
};

describe.each([
  ['a Redis server', single],
  ['a Redis Cluster', cluster],
] as const)('on %s', (name, start) => {
  let servers: Servers;
  let made = 0;
  beforeAll(async () => {
    servers = await start();
  });
  afterAll(() => servers.stop());

  runDriverConformance(
    `queues in ${name}`,
    async (settings) => ({
      driver: bullmqDriver({ ...settings, connect: connectTo({ nodes: servers.nodes }), prefix: `test:{${++made}}` }),
    }),
    { describe, it },
  );
});
