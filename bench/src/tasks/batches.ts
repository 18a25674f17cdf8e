// Batches of 10,000 keys through both drivers, beside BullMQ used plainly: one job a key. In turns, in one process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { bullmqDriver, connectTo } from '@forebay/image-proxy/bullmq';
import { createTaskRunner, createTasks, memoryDriver, type TaskDriver } from '@forebay/image-proxy/tasks';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

const ROUNDS = Number(process.argv[2] ?? 3);
const AT_ONCE = 50;
const keys = Array.from({ length: 10_000 }, (_, index) => `posters/${index}.png`);

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
};

const port = await freePort();
const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
const server = spawn('redis-server', words, { stdio: 'ignore' });
process.once('exit', () => server.kill('SIGKILL'));
const connection = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null });
connection.on('error', () => undefined);
await connection.ping();

/** Keys a second through a driver. */
async function rate(driver: TaskDriver, refresh: () => Promise<null>): Promise<number> {
  const handlers = { refresh, preRefresh: async () => null, cleanUp: async () => null };
  driver.work(createTaskRunner({ handlers, keysAtOnce: AT_ONCE }));
  while ((await driver.stats())[0]?.workers === 0) await pause(10);
  const begun = performance.now();
  const { taskId } = await createTasks({ queues: driver }).batchRefresh(keys);
  while ((await driver.get(taskId))?.status !== 'SUCCESS') await pause(5);
  const seconds = (performance.now() - begun) / 1000;
  await driver.close();
  return keys.length / seconds;
}

let plainQueues = 0;
/** Keys a second with one job for each. */
async function plainRate(refresh: () => Promise<null>): Promise<number> {
  const name = `plain-${++plainQueues}`;
  const queue = new Queue(name, { connection });
  const worker = new Worker(name, refresh, { connection, concurrency: AT_ONCE });
  await worker.waitUntilReady();
  let left = keys.length;
  const finished = new Promise<void>((resolve) => {
    worker.on('completed', () => {
      if (--left === 0) resolve();
    });
  });
  const begun = performance.now();
  const options = { attempts: 3, removeOnComplete: { count: 1000 } };
  await queue.addBulk(keys.map((key) => ({ name: 'refresh', data: { key }, opts: options })));
  await finished;
  const seconds = (performance.now() - begun) / 1000;
  await Promise.all([worker.close(), queue.close()]);
  return keys.length / seconds;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

console.log(
  '| a refresh takes | in this process, keys/s | on BullMQ, keys/s | one job a key, keys/s | ratio to that |',
);
console.log('| --- | ---: | ---: | ---: | ---: |');
for (const ms of [0, 1, 10]) {
  const refresh = (): Promise<null> => (ms === 0 ? Promise.resolve(null) : pause(ms, null));
  const rates: { memory: number[]; redis: number[]; plain: number[] } = { memory: [], redis: [], plain: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.memory.push(await rate(memoryDriver(), refresh));
    const connect = connectTo({ nodes: [{ host: '127.0.0.1', port }] });
    rates.redis.push(await rate(bullmqDriver({ connect, prefix: `bench:{${ms}-${round}}` }), refresh));
    rates.plain.push(await plainRate(refresh));
  }
  const [memory, redis, plain] = [median(rates.memory), median(rates.redis), median(rates.plain)];
  const cells = [`${ms} ms`, ...[memory, redis, plain].map((value) => Math.round(value).toLocaleString('en'))];
  console.log(`| ${cells.join(' | ')} | ${(redis / plain).toFixed(1)} |`);
}
connection.disconnect();
server.kill('SIGKILL');
process.exit(0);
