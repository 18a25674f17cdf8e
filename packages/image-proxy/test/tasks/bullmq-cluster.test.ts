import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { bullmqDriver, connectTo, type BullmqDriver } from '@forebay/image-proxy/bullmq';
import { createTaskRunner, createTasks, TasksUnavailableError } from '@forebay/image-proxy/tasks';
import { addressOf, startCluster, type RedisCluster } from './support/redis-server.js';

let cluster: RedisCluster;
const drivers: BullmqDriver[] = [];
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(async () => {
  for (const driver of drivers) await driver.close();
  await cluster.stop();
});

function driver(): BullmqDriver {
  const made = bullmqDriver({ connect: connectTo({ nodes: cluster.addresses.map(addressOf) }) });
  drivers.push(made);
  return made;
}

it('goes on when the cluster loses the master that has the queues', async () => {
  const ran = new Set<string>();
  driver().work(
    createTaskRunner({
      handlers: {
        refresh: async (key) => {
          ran.add(key);
          return null;
        },
        preRefresh: async () => null,
        cleanUp: async () => null,
      },
    }),
  );
  const tasks = createTasks({ queues: driver() });
  await tasks.refresh('before');
  await vi.waitFor(() => expect(ran).toContain('before'), { timeout: 10_000 });
  const slot = Number(await cluster.servers[0]?.command('CLUSTER', 'KEYSLOT', '{tasks}'));
  const master = await cluster.masterOf(slot);
  await master.kill();
  const refused = performance.now();
  await expect(tasks.refresh('meanwhile')).rejects.toThrow(TasksUnavailableError);
  expect(performance.now() - refused).toBeLessThan(6000);
  await vi.waitFor(() => tasks.refresh('after'), { timeout: 15_000, interval: 100 });
  await vi.waitFor(() => expect(ran).toContain('after'), { timeout: 10_000 });
}, 40_000);
